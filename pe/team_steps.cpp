#include "pe/team_steps.hpp"

#include <algorithm>
#include <limits>

#include "pe/waits.hpp"

namespace scnn::pe {

void TeamSteps::start_tile(const TileJob& job, const TeamOperands& operands) {
  job_ = &job;
  operands_ = &operands;
  state_.tables = job.tables;
  state_.operands = operands_;
  state_.run_entries = static_cast<std::size_t>(job.arch->weight_fifo_entries);
  state_.I = static_cast<std::size_t>(job.arch->I);
  state_.banks = job.tables->banks();
  state_.threshold = job.arch->accumulator.queue_threshold;
  state_.run_pops.resize(job.tables->longest_run());
}

void TeamSteps::start_group(std::int64_t group, std::int64_t start, const StepRows& rows) {
  const auto g = static_cast<std::size_t>(group);
  start_ = start;
  state_.rows = &rows;
  group_first_ = job_->stream->group_first[g];
  group_end_ = job_->stream->group_first[g + 1];
  state_.blocks = job_->stream->group_blocks(g);
  state_.block = 0;
  state_.at = 0;
  popped_ = start;
  queues_.assign(kTeam * job_->tables->lanes() * job_->tables->lane_bytes(), 0);
  state_.queues = queues_.data();
  // A place without a member never waits, nor does a member that only pops.
  for (std::size_t p = 0; p < kTeam; ++p)
    state_.next[p] = p < operands_->members && !operands_->idle(p)
                         ? start
                         : std::numeric_limits<std::int64_t>::max() / 2;
  state_.last_issue.fill(start - 1);
  state_.last_popped = start;
  state_.relieved = true;
  state_.rested.fill(0);
  state_.held = state_.held_before = 0;
  state_.bank_stall.fill(0);
  state_.late.fill(0);
  state_.waited.fill(0);
  state_.last_block.fill(-1);
  for (std::size_t p = 0; p < operands_->members; ++p)
    for (std::size_t b = operands_->filled_blocks[p]; b-- > 0 && state_.last_block[p] < 0;)
      if (state_.blocks[b].count > 0 && operands_->vectors[b][p] > 0)
        state_.last_block[p] = static_cast<std::int64_t>(b);
  finished_ = group_first_ == group_end_;
}

/// Makes arrivals known, and room for the pops of all entries known.
void TeamSteps::look(const ArrivalView& arrivals) {
  const std::size_t end = std::min(arrivals.known, group_end_);
  const std::size_t next =
      state_.block < state_.blocks.size() ? state_.blocks[state_.block].first + state_.at : end;
  if (end > next && pops_.size() < end - next) pops_.resize(end - next);
  state_.known = arrivals.known;
  state_.first_told = arrivals.first;
  state_.arrival = arrivals.cycle;
  state_.late_until = arrivals.late_until;
  state_.pops = pops_.data();
  state_.popped = 0;
  arrivals_ = arrivals;
}

void TeamSteps::advance(std::span<TeamSteps* const> teams, const ArrivalView& arrivals,
                        Room& room) {
  room.waiting.clear();
  for (TeamSteps* team : teams) {
    if (team->finished_) {
      team->state_.popped = 0;
      continue;
    }
    team->look(arrivals);
    if (team->operands_->idle())
      team->pop_all();
    else
      room.waiting.push_back(&team->state_);
  }
  while (!room.waiting.empty()) {
    // A team that has only just begun the group is behind the others.
    const TeamState& lead = *room.waiting.front();
    const auto others = std::partition(room.waiting.begin(), room.waiting.end(),
                                       [block = lead.block, at = lead.at](const TeamState* s) {
                                         return s->block != block || s->at != at;
                                       });
    room.together.assign(others, room.waiting.end());
    room.waiting.erase(others, room.waiting.end());
    room.numbers.resize(kTogether * room.together.front()->run_pops.size());
    advance_steps(room.together, room.numbers);
  }
  for (TeamSteps* team : teams)
    team->finished_ = team->finished_ || team->state_.block == team->state_.blocks.size();
}

/// Of a team without activations: every entry as it arrives.
void TeamSteps::pop_all() {
  for (; state_.block < state_.blocks.size(); ++state_.block, state_.at = 0) {
    const memory::BlockVectors& block = state_.blocks[state_.block];
    for (; state_.at < block.count; ++state_.at) {
      const std::size_t entry = block.first + state_.at;
      if (entry >= arrivals_.known) return;
      popped_ = std::max(popped_, arrivals_.cycle[entry - arrivals_.first] + 1);
      state_.pops[state_.popped++] = popped_;
    }
  }
}

GroupTimes TeamSteps::times(std::size_t member) const {
  if (operands_->idle(member))
    return idle_times(arrivals_, group_first_ - arrivals_.first, group_end_ - arrivals_.first,
                      start_);
  GroupTimes t;
  t.finish = start_;
  if (group_first_ == group_end_) return t;
  // After the last step the member waits for the entries it only pops, then for its
  // queues.
  const std::int64_t last_pop =
      std::max(start_, arrivals_.cycle[group_end_ - 1 - arrivals_.first] + 1);
  const std::int64_t popping = std::max<std::int64_t>(last_pop - state_.last_issue[member], 0);
  const std::int64_t all_free = state_.last_issue[member] + 1 + deepest_queue(state_, member);
  const std::int64_t popped = std::max(state_.last_issue[member], last_pop) + 1;
  t.finish = std::max(popped, all_free);
  t.bank_stall = static_cast<std::uint64_t>(state_.bank_stall[member] + t.finish - popped);
  t.weight_wait = static_cast<std::uint64_t>(state_.late[member]);
  t.backpressure_wait =
      static_cast<std::uint64_t>(state_.waited[member] + popping - state_.late[member]);
  return t;
}

}  // namespace scnn::pe
