#include "pe/general_steps.hpp"

#include <algorithm>

#include "pe/waits.hpp"

namespace scnn::pe {

std::int64_t late_cycles(const std::int64_t* arrival, const std::int64_t* late_until,
                         std::size_t first, std::size_t last, std::int64_t from, std::int64_t to) {
  std::int64_t late = 0;
  visit_waits({last + 1, arrival, late_until}, first, last, from, to + 1,
              [&late](std::int64_t low, std::int64_t end, bool is_late) {
                if (is_late) late += end - low;
              });
  return late;
}

void GeneralSteps::start_tile(const TileJob& job, std::int64_t pe,
                              const memory::ActivationBuffer& activations, const FaultPlan& fault) {
  job_ = &job;
  buffer_ = &activations;
  fault_ = fault;
  banks_ = BankMap(job.arch->accumulator, job.window());
  free_.assign(static_cast<std::size_t>(job.arch->accumulator.banks), 0);
  all_free_ = 0;
  combine_ = job.arch->accumulator.bypass == memory::Bypass::step;
  touched_.assign(static_cast<std::size_t>(combine_ ? job.window_entries() : 0), 0);
  step_ = 0;
  tables_.clear();
  tables_.emplace_back(job, pe);
  activations_.clear();
  for (const auto& a : activations.elements())
    activations_.push_back({tables_[0].activation_term(a), tables_[0].row_outcomes(a),
                            tables_[0].col_outcomes(a), a.value});
}

void GeneralSteps::advance(StepState& s) {
  for (; s.block < s.blocks.size(); ++s.block, s.at = 0) {
    const memory::BlockVectors& block = s.blocks[s.block];
    const auto activations =
        std::span<const Activation>(activations_)
            .subspan(buffer_->first_of(s.block), buffer_->block(s.block).size());
    while (s.at < block.count) {
      const std::size_t entry = block.first + s.at;
      const std::size_t left = block.count - s.at;
      std::size_t end = entry + left;
      if (activations.empty()) {
        end = std::min(end, s.known);
        if (end <= entry) return;
        pop_without_step(s, entry, end);
      } else {
        end = entry + std::min(left, s.run_entries);
        if (end > s.known) return;
        run(s, entry, end, activations);
      }
      s.at += static_cast<std::uint32_t>(end - entry);
    }
  }
}

void GeneralSteps::pop_without_step(StepState& s, std::size_t entry, std::size_t end) const {
  for (std::size_t j = entry; j < end; ++j) {
    s.last_pop = std::max({s.arrival[j] + 1, s.last_pop, s.start});
    s.pops[s.popped++] = s.last_pop;
  }
}

void GeneralSteps::run(StepState& s, std::size_t entry, std::size_t end,
                       std::span<const Activation> activations) {
  const auto I = static_cast<std::size_t>(job_->arch->I);
  for (std::size_t a = 0; a < activations.size(); a += I) {
    const auto vector = activations.subspan(a, std::min(I, activations.size() - a));
    for (std::size_t j = entry; j < end; ++j) {
      std::int64_t cycle = std::max(s.last_issue + 1, all_free_ - s.threshold);
      s.bank_stall += static_cast<std::uint64_t>(cycle - s.last_issue - 1);
      PlacedStep placed{s.block, j, s.unwaited, s.last_issue + 1, cycle, cycle};
      if (a == 0) cycle = wait(s, j, cycle);
      if (observer_ != nullptr) {
        placed.cycle = cycle;
        observer_->step(placed);
      }
      issue(j, vector, cycle);
      s.last_issue = cycle;
      s.pops[s.popped + j - entry] = cycle;  // the last pass's times stay
    }
    ++s.iaram_reads;
    s.steps += end - entry;
  }
  s.popped += end - entry;
  s.last_pop = s.last_issue;
}

std::int64_t GeneralSteps::queued(std::int64_t cycle) const {
  std::int64_t updates = 0;
  for (const std::int64_t free : free_) updates += std::max<std::int64_t>(free - cycle - 1, 0);
  return updates;
}

/// \return the first cycle from `earliest` on in which the entry is in the FIFO
std::int64_t GeneralSteps::wait(StepState& s, std::size_t entry, std::int64_t earliest) const {
  const std::int64_t arrived = s.arrival[entry];
  if (arrived >= earliest) {
    const std::int64_t late =
        late_cycles(s.arrival, s.late_until, s.unwaited, entry, earliest, arrived);
    s.weight_wait += static_cast<std::uint64_t>(late);
    s.backpressure_wait += static_cast<std::uint64_t>(arrived + 1 - earliest - late);
    earliest = arrived + 1;
  }
  s.unwaited = entry + 1;
  return earliest;
}

void GeneralSteps::issue(std::size_t entry, std::span<const Activation> activations,
                         std::int64_t cycle) {
  ++step_;
  for (const auto& w : job_->stream->weights_of(job_->stream->vectors[entry])) {
    if (w.value == 0) continue;
    const std::int64_t term = weight_term(*job_->shape, job_->tile, w);
    for (const auto& a : activations) {
      if (a.value == 0) continue;
      ++counters_.products;
      switch (std::max(a.rows[w.r], a.cols[w.s])) {
        case Outcome::update:
          update(a.term + term, std::int64_t{a.value} * w.value, cycle);
          break;
        case Outcome::outside_plane:
          ++counters_.dropped_plane;
          break;
        case Outcome::off_stride:
          ++counters_.dropped_stride;
          break;
      }
    }
  }
}

void GeneralSteps::update(std::int64_t address, std::int64_t product, std::int64_t cycle) {
  ++counters_.updates;
  if (fault_.kind != FaultKind::none && inject(address)) return;
  const auto entry = static_cast<std::size_t>(address);
  if (!sums_.empty()) sums_[entry] += product;
  if (combine_) {
    if (touched_[entry] == step_) return;
    touched_[entry] = step_;
  }
  ++counters_.accumulator_writes;
  std::int64_t& free = free_[banks_.bank(address)];
  free = std::max(free, cycle) + 1;
  all_free_ = std::max(all_free_, free);
}

/// Puts the planned fault into one update. \return true when the update is lost
bool GeneralSteps::inject(std::int64_t& address) {
  const FaultKind kind = fault_.kind;
  if (kind == FaultKind::wrong_entry) address = (address + 1) % job_->window_entries();
  if (kind == FaultKind::wrong_entry || kind == FaultKind::drop_product) fault_ = {};
  return kind == FaultKind::drop_product;
}

}  // namespace scnn::pe
