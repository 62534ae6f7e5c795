#include "pe/run_ahead.hpp"

#include <algorithm>

namespace scnn::pe {
void RunAhead::start_tile(const TileJob& job, std::int64_t pe,
                          const memory::ActivationBuffer& activations, const FaultPlan& fault) {
  job_ = &job;
  fault_ = fault.pe == pe ? fault : FaultPlan{};
  banks_ = BankMap(job.arch->accumulator, job.window_entries());
  free_.assign(static_cast<std::size_t>(job.arch->accumulator.banks), 0);
  all_free_ = 0;
  touched_.assign(static_cast<std::size_t>(job.window_entries()), 0);
  step_number_ = 0;
  last_pop_ = 0;
  tables_.clear();
  tables_.emplace_back(job, pe);
  buffer_ = &activations;
  activations_.clear();
  for (const auto& a : activations.elements())
    activations_.push_back({tables_[0].activation_term(a), tables_[0].row_outcomes(a),
                            tables_[0].col_outcomes(a), a.value});
}

void RunAhead::start_group(std::int64_t group, std::int64_t start,
                           std::span<std::int64_t> accumulators) {
  const auto g = static_cast<std::size_t>(group);
  start_ = start;
  group_first_ = job_->stream->group_first[g];
  group_end_ = job_->stream->group_first[g + 1];
  blocks_ = job_->stream->group_blocks(g);
  block_ = 0;
  at_ = 0;
  unwaited_ = group_first_;
  last_issue_ = start - 1;
  accumulators_ = accumulators;
  finished_ = false;
  if (group_first_ == group_end_) {
    finished_ = true;
    finish_ = start;
  }
}

std::span<const RunAhead::Activation> RunAhead::block_activations() const {
  return std::span(activations_).subspan(buffer_->first_of(block_), buffer_->block(block_).size());
}

std::span<const std::int64_t> RunAhead::advance(const ArrivalView& arrivals) {
  pops_.clear();
  if (finished_) return pops_;
  const auto run_entries = static_cast<std::uint32_t>(
      std::min<std::int64_t>(job_->arch->weight_fifo_entries, UINT32_MAX));
  for (; block_ < blocks_.size(); ++block_, at_ = 0) {
    const memory::BlockVectors& block = blocks_[block_];
    const auto activations = block_activations();
    while (at_ < block.count) {
      const std::size_t first = block.first + at_;
      const std::uint32_t left = block.count - at_;
      if (activations.empty()) {
        const std::size_t end = std::min<std::size_t>(first + left, arrivals.known);
        if (end <= first) return pops_;
        pop_without_step(arrivals, end);
        at_ += static_cast<std::uint32_t>(end - first);
      } else {
        const std::size_t end = first + std::min(left, run_entries);
        if (end > arrivals.known) return pops_;
        run(arrivals, first, end, activations);
        at_ += static_cast<std::uint32_t>(end - first);
      }
    }
  }
  finish(arrivals);
  return pops_;
}

void RunAhead::pop_without_step(const ArrivalView& arrivals, std::size_t end) {
  for (std::size_t j = blocks_[block_].first + at_; j < end; ++j) {
    last_pop_ = std::max({arrivals.cycle[j] + 1, last_pop_, start_});
    pops_.push_back(last_pop_);
  }
}

void RunAhead::run(const ArrivalView& arrivals, std::size_t first, std::size_t end,
                   std::span<const Activation> activations) {
  const auto I = static_cast<std::size_t>(job_->arch->I);
  const std::int64_t threshold = job_->arch->accumulator.queue_threshold;
  for (std::size_t a = 0; a < activations.size(); a += I) {
    const auto vector = activations.subspan(a, std::min(I, activations.size() - a));
    const bool last = a + I >= activations.size();
    for (std::size_t j = first; j < end; ++j) {
      std::int64_t earliest = std::max(last_issue_ + 1, all_free_ - threshold);
      counters_.bank_stall += static_cast<std::uint64_t>(earliest - last_issue_ - 1);
      if (a == 0) {
        const std::int64_t arrived = arrivals.cycle[j];
        if (arrived >= earliest) {
          account_wait(arrivals, earliest, arrived, j);
          earliest = arrived + 1;
        }
        unwaited_ = j + 1;
      }
      last_issue_ = issue(job_->stream->weights_of(job_->stream->vectors[j]), vector, earliest);
      if (last) {
        last_pop_ = last_issue_;
        pops_.push_back(last_pop_);
      }
    }
    ++counters_.iaram_reads;
  }
}

std::int64_t RunAhead::issue(std::span<const sparse::StoredWeight> weights,
                             std::span<const Activation> activations, std::int64_t earliest) {
  ++step_number_;
  ++counters_.issue;
  for (const auto& w : weights) {
    if (w.value == 0) continue;
    const std::int64_t term = weight_term(*job_->shape, job_->tile, w);
    for (const auto& a : activations) {
      if (a.value == 0) continue;
      ++counters_.products;
      switch (std::max(a.rows[w.r], a.cols[w.s])) {
        case Outcome::update:
          update(a.term + term, std::int64_t{a.value} * w.value, earliest);
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
  return earliest;
}

void RunAhead::update(std::int64_t address, std::int64_t product, std::int64_t cycle) {
  ++counters_.updates;
  if (fault_.kind != FaultKind::none && inject(address)) return;
  const auto entry = static_cast<std::size_t>(address);
  if (!accumulators_.empty()) accumulators_[entry] += product;
  if (job_->arch->accumulator.bypass == memory::Bypass::step) {
    if (touched_[entry] == step_number_) return;
    touched_[entry] = step_number_;
  }
  ++counters_.accumulator_writes;
  std::int64_t& free = free_[banks_.bank(address)];
  free = std::max(free, cycle) + 1;
  all_free_ = std::max(all_free_, free);
}

/// Puts the planned fault into one update. \return true when the update is lost
bool RunAhead::inject(std::int64_t& address) {
  const FaultKind kind = fault_.kind;
  if (kind == FaultKind::wrong_entry) address = (address + 1) % job_->window_entries();
  if (kind == FaultKind::wrong_entry || kind == FaultKind::drop_product) fault_ = {};
  return kind == FaultKind::drop_product;
}

void RunAhead::account_wait(const ArrivalView& arrivals, std::int64_t from, std::int64_t to,
                            std::size_t last_entry) {
  std::int64_t late = 0;
  for (std::size_t i = unwaited_; i <= last_entry; ++i) {
    if (arrivals.cycle[i] < from) continue;
    const std::int64_t previous = i > group_first_ ? arrivals.cycle[i - 1] : from - 1;
    const std::int64_t low = std::max(from, previous + 1);
    const std::int64_t high = std::min({to, arrivals.cycle[i], arrivals.late_until[i]});
    if (high >= low) late += high - low + 1;
  }
  counters_.weight_wait += static_cast<std::uint64_t>(late);
  counters_.backpressure_wait += static_cast<std::uint64_t>(to - from + 1 - late);
}

void RunAhead::finish(const ArrivalView& arrivals) {
  std::int64_t last_busy = last_issue_;
  if (last_pop_ > last_issue_) {
    account_wait(arrivals, last_issue_ + 1, last_pop_, group_end_ - 1);
    last_busy = last_pop_;
  }
  if (all_free_ > last_busy + 1) {
    counters_.bank_stall += static_cast<std::uint64_t>(all_free_ - last_busy - 1);
    last_busy = all_free_ - 1;
  }
  finished_ = true;
  finish_ = last_busy + 1;
}

}  // namespace scnn::pe
