#include "pe/run_ahead.hpp"

#include <algorithm>

#include "pe/coordinates.hpp"

namespace scnn::pe {

void RunAhead::start_tile(const TileJob& job, std::int64_t pe,
                          const memory::ActivationBuffer& activations, const FaultPlan& fault) {
  job_ = &job;
  const FaultPlan own = fault.pe == pe ? fault : FaultPlan{};
  const bool tabled = job.tables != nullptr && job.tables->tabled() && own.kind == FaultKind::none;
  use_kernel_ = tabled && job.tables->usable();
  sum_blocks_ = tabled && job.values;
  state_ = {};
  state_.blocks = {};
  state_.run_entries = static_cast<std::size_t>(job.arch->weight_fifo_entries);
  state_.banks = static_cast<std::size_t>(job.arch->accumulator.banks);
  state_.threshold = job.arch->accumulator.queue_threshold;
  if (!use_kernel_) general_.start_tile(job, pe, activations, own);
  if (!tabled) return;
  const CoordinateTables coordinates(job, pe);
  const OutcomeClasses& classes = job.tables->classes();
  const auto phases = static_cast<std::size_t>(phase_split(*job.shape, *job.arch).count());
  sum_operands_.clear();
  sum_offsets_.assign(1, 0);
  for (std::size_t b = 0; b < job.stream->blocks_per_group; ++b) {
    for (const auto& a : activations.block(b))
      if (a.value != 0)
        sum_operands_.push_back({a.value, static_cast<std::int32_t>(coordinates.activation_term(a)),
                                 static_cast<std::uint32_t>(classes.of(b % phases, a.y, a.x))});
    sum_offsets_.push_back(static_cast<std::uint32_t>(sum_operands_.size()));
  }
  if (use_kernel_) load_operands(activations);
}

void RunAhead::load_operands(const memory::ActivationBuffer& activations) {
  const StepTables& tables = *job_->tables;
  const auto I = static_cast<std::size_t>(job_->arch->I);
  const std::int64_t banks = job_->arch->accumulator.banks;
  operands_.offsets.clear();
  operands_.vectors.clear();
  operands_.block_vectors.assign(1, 0);
  for (const SumOperand& a : sum_operands_) {
    const std::int64_t bank = a.address % banks;
    const auto lane = static_cast<std::size_t>(bank > 0 ? banks - bank : -bank);
    operands_.offsets.push_back(static_cast<std::uint32_t>(a.outcome_class * tables.row_bytes() +
                                                           lane * tables.lane_bytes()));
  }
  std::uint32_t next = 0;
  for (std::size_t b = 0; b < job_->stream->blocks_per_group; ++b) {
    const auto block = activations.block(b);
    for (std::size_t first = 0; first < block.size(); first += I) {
      const auto vector = block.subspan(first, std::min(I, block.size() - first));
      const auto nonzero = static_cast<std::uint32_t>(
          std::count_if(vector.begin(), vector.end(), [](const auto& a) { return a.value != 0; }));
      operands_.vectors.push_back({next, nonzero});
      next += nonzero;
    }
    operands_.block_vectors.push_back(static_cast<std::uint32_t>(operands_.vectors.size()));
  }
  state_.tables = &tables;
  state_.operands = &operands_;
}

void RunAhead::start_group(std::int64_t group, std::int64_t start, std::span<std::int64_t> sums) {
  const auto g = static_cast<std::size_t>(group);
  group_first_ = job_->stream->group_first[g];
  group_end_ = job_->stream->group_first[g + 1];
  sums_ = sums;
  state_.start = start;
  state_.blocks = job_->stream->group_blocks(g);
  state_.block = 0;
  state_.at = 0;
  state_.unwaited = group_first_;
  state_.last_issue = start - 1;
  if (use_kernel_) {
    queues_.assign(job_->tables->lanes() * job_->tables->lane_bytes(), 0);
    state_.queues = queues_.data();
  } else {
    general_.start_group(sum_blocks_ ? std::span<std::int64_t>{} : sums);
  }
  finished_ = group_first_ == group_end_;
  if (finished_) finish_ = start;
}

std::span<const std::int64_t> RunAhead::advance(const ArrivalView& arrivals) {
  if (finished_) return {};
  const std::size_t end = std::min(arrivals.known, group_end_);
  const std::size_t next =
      state_.block < state_.blocks.size() ? state_.blocks[state_.block].first + state_.at : end;
  if (end > next && pops_.size() < end - next) pops_.resize(end - next);
  state_.known = arrivals.known;
  state_.arrival = arrivals.cycle;
  state_.late_until = arrivals.late_until;
  state_.pops = pops_.data();
  state_.popped = 0;
  const std::uint64_t before = state_.steps;
  if (use_kernel_) {
    advance_steps(state_);
    paths_.kernel += state_.steps - before;
  } else {
    general_.advance(state_);
    paths_.general += state_.steps - before;
  }
  if (state_.block == state_.blocks.size()) finish(arrivals);
  return std::span(pops_).first(state_.popped);
}

void RunAhead::finish(const ArrivalView& arrivals) {
  const std::int64_t all_free =
      use_kernel_ ? state_.last_issue + 1 + deepest_queue(state_) : general_.all_free();
  std::int64_t last_busy = state_.last_issue;
  if (state_.last_pop > state_.last_issue) {
    const std::int64_t from = state_.last_issue + 1;
    const std::int64_t late = late_cycles(arrivals.cycle, arrivals.late_until, state_.unwaited,
                                          group_end_ - 1, from, state_.last_pop);
    state_.weight_wait += static_cast<std::uint64_t>(late);
    state_.backpressure_wait += static_cast<std::uint64_t>(state_.last_pop - from + 1 - late);
    last_busy = state_.last_pop;
  }
  if (all_free > last_busy + 1) {
    state_.bank_stall += static_cast<std::uint64_t>(all_free - last_busy - 1);
    last_busy = all_free - 1;
  }
  finished_ = true;
  finish_ = last_busy + 1;
  if (sum_blocks_) add_sums();
}

/// Adds the group's products to the sums, block by block.
void RunAhead::add_sums() {
  const StepTables& tables = *job_->tables;
  const auto phases = static_cast<std::size_t>(phase_split(*job_->shape, *job_->arch).count());
  const auto positions = static_cast<std::size_t>(job_->tile.HA * job_->tile.WA);
  const std::size_t channels = tables.channels();
  block_sums_.assign(positions * channels, 0);
  for (std::size_t b = 0; b < state_.blocks.size(); ++b) {
    if (state_.blocks[b].nonzero == 0) continue;
    add_products(
        tables, b, b % phases,
        std::span(sum_operands_).subspan(sum_offsets_[b], sum_offsets_[b + 1] - sum_offsets_[b]),
        block_sums_.data());
  }
  for (std::size_t k = 0; k < static_cast<std::size_t>(job_->kc); ++k)
    for (std::size_t p = 0; p < positions; ++p)
      sums_[k * positions + p] += block_sums_[p * channels + k];
}

void RunAhead::end_tile() {
  memory::Counters& c = counters_;
  c.issue += state_.steps;
  c.bank_stall += state_.bank_stall;
  c.weight_wait += state_.weight_wait;
  c.backpressure_wait += state_.backpressure_wait;
  c.iaram_reads += state_.iaram_reads;
  if (!use_kernel_) {
    c += general_.counters();
    general_.counters() = {};
    return;
  }
  for (std::size_t b = 0; b + 1 < sum_offsets_.size(); ++b)
    for (std::uint32_t i = sum_offsets_[b]; i < sum_offsets_[b + 1]; ++i) {
      const OutcomeCounts& n = job_->tables->outcomes(b, sum_operands_[i].outcome_class);
      c.updates += n.updates;
      c.dropped_plane += n.outside_plane;
      c.dropped_stride += n.off_stride;
      c.products += n.updates + n.outside_plane + n.off_stride;
      c.accumulator_writes += n.updates;
    }
}

}  // namespace scnn::pe
