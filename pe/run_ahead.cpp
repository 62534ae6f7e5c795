#include "pe/run_ahead.hpp"

#include <algorithm>

#include "pe/kept_work.hpp"
#include "pe/step_tables.hpp"

namespace scnn::pe {

void RunAhead::start_tile(const TileJob& job, std::int64_t pe,
                          const memory::ActivationBuffer& activations, const FaultPlan& fault,
                          bool in_team) {
  job_ = &job;
  pe_ = pe;
  in_team_ = in_team;
  const FaultPlan own = fault.pe == pe ? fault : FaultPlan{};
  const bool tabled = job.tables != nullptr && job.tables->tabled() && own.kind == FaultKind::none;
  sum_groups_ = tabled && job.values;
  state_ = {};
  state_.run_entries = static_cast<std::size_t>(job.arch->weight_fifo_entries);
  state_.threshold = job.arch->accumulator.queue_threshold;
  if (!in_team) general_.start_tile(job, pe, activations, own);
  if (tabled) load_operands(activations);
  if (!sum_groups_) return;
  if (job.tables->positions().chosen())
    position_sums_.load(job, pe, activations);
  else
    product_sums_.load(job, pe, activations);
}

void RunAhead::load_operands(const memory::ActivationBuffer& activations) {
  operands_ = &own_operands_;
  if (job_->kept == nullptr) {
    own_operands_.load(*job_, pe_, activations);
    return;
  }
  KeptWork::Pe& kept = job_->kept->pes[static_cast<std::size_t>(pe_)];
  if (!kept.operands_loaded) kept.operands.load(*job_, pe_, activations);
  kept.operands_loaded = true;
  operands_ = &kept.operands;
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
  if (!in_team_) general_.start_group(sum_groups_ ? std::span<std::int64_t>{} : sums);
  finished_ = !in_team_ && group_first_ == group_end_;
  if (finished_) finish_ = start;
  // When products happen is no concern of the sums: nobody reads them before the group is over.
  if (!sum_groups_) return;
  if (job_->tables->positions().chosen())
    position_sums_.add_group(*job_, pe_, sums_);
  else
    product_sums_.add_group(*job_, group, sums_);
}

std::span<const std::int64_t> RunAhead::advance(const ArrivalView& arrivals) {
  if (finished_) return {};
  const std::size_t end = std::min(arrivals.known, group_end_);
  const std::size_t next =
      state_.block < state_.blocks.size() ? state_.blocks[state_.block].first + state_.at : end;
  std::vector<std::int64_t>& pops = pops_[turn_ ^= 1];
  if (end > next && pops.size() < end - next) pops.resize(end - next);
  state_.known = arrivals.known;
  state_.arrival = arrivals.cycle;
  state_.late_until = arrivals.late_until;
  state_.pops = pops.data();
  state_.popped = 0;
  const std::uint64_t before = state_.steps;
  general_.advance(state_);
  paths_.general += state_.steps - before;
  if (state_.block == state_.blocks.size()) finish(arrivals);
  return std::span(pops).first(state_.popped);
}

void RunAhead::observe(StepObserver& observer) {
  observer_ = &observer;
  general_.observe(observer);
}

void RunAhead::finish(const ArrivalView& arrivals) {
  const std::int64_t all_free = general_.all_free();
  std::int64_t last_busy = state_.last_issue;
  if (state_.last_pop > state_.last_issue) {
    const std::int64_t from = state_.last_issue + 1;
    const std::int64_t late = late_cycles(arrivals.cycle, arrivals.late_until, state_.unwaited,
                                          group_end_ - 1, from, state_.last_pop);
    state_.weight_wait += static_cast<std::uint64_t>(late);
    state_.backpressure_wait += static_cast<std::uint64_t>(state_.last_pop - from + 1 - late);
    last_busy = state_.last_pop;
  }
  const std::int64_t popped = last_busy + 1;
  if (all_free > last_busy + 1) {
    state_.bank_stall += static_cast<std::uint64_t>(all_free - last_busy - 1);
    last_busy = all_free - 1;
  }
  finished_ = true;
  finish_ = last_busy + 1;
  if (observer_ != nullptr)
    observer_->tail({state_.unwaited, group_end_, state_.last_issue + 1, popped, finish_});
}

void RunAhead::finish_group(const GroupTimes& times) {
  state_.bank_stall += times.bank_stall;
  state_.weight_wait += times.weight_wait;
  state_.backpressure_wait += times.backpressure_wait;
  finish_ = times.finish;
  finished_ = true;
}

void RunAhead::end_tile() {
  memory::Counters& c = counters_;
  if (in_team_) count_work();
  c.issue += state_.steps;
  c.bank_stall += state_.bank_stall;
  c.weight_wait += state_.weight_wait;
  c.backpressure_wait += state_.backpressure_wait;
  c.iaram_reads += state_.iaram_reads;
  if (in_team_) return;
  c += general_.counters();
  general_.counters() = {};
}

/// Steps, reads and products of the tile.
void RunAhead::count_work() {
  for (std::size_t b = 0; b < operands_->blocks(); ++b) {
    const std::uint64_t vectors = operands_->vectors(b);
    state_.steps += vectors * job_->tables->block_work(b).entries;
    state_.iaram_reads += vectors * job_->tables->block_work(b).runs;
  }
  paths_.kernel += state_.steps;
  if (job_->kept == nullptr) {
    counters_ += count_products();
    return;
  }
  // Groups that went by the record left no outcomes behind, but those of the first machine
  // are on record too.
  auto& work = job_->kept->pes[static_cast<std::size_t>(pe_)].work;
  if (!work) work = count_products();
  counters_ += *work;
}

/// From the activations of each block and the weights that met them.
memory::Counters RunAhead::count_products() const {
  memory::Counters c;
  for (std::size_t b = 0; b < operands_->blocks(); ++b) {
    // Neighbours are mostly of one class.
    for (auto left = operands_->block(b); !left.empty();) {
      const std::uint32_t outcome_class = left.front().outcome_class;
      std::size_t same = 1;
      while (same < left.size() && left[same].outcome_class == outcome_class) ++same;
      left = left.subspan(same);
      const OutcomeCounts& n = job_->tables->outcomes(b, outcome_class);
      c.updates += same * n.updates;
      c.dropped_plane += same * n.outside_plane;
      c.dropped_stride += same * n.off_stride;
    }
  }
  c.products = c.updates + c.dropped_plane + c.dropped_stride;
  c.accumulator_writes = c.updates;
  return c;
}

}  // namespace scnn::pe
