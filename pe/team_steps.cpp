#include "pe/team_steps.hpp"

#include <algorithm>
#include <limits>

namespace scnn::pe {

void TeamSteps::start_tile(const TileJob& job, std::span<const ActivationOperands* const> members) {
  job_ = &job;
  members_ = members.size();
  state_.tables = job.tables;
  state_.operands = &operands_;
  state_.run_entries = static_cast<std::size_t>(job.arch->weight_fifo_entries);
  state_.I = static_cast<std::size_t>(job.arch->I);
  state_.banks = job.tables->banks();
  state_.threshold = job.arch->accumulator.queue_threshold;
  std::uint32_t longest = 0;
  for (const auto& block : job.stream->blocks) longest = std::max(longest, block.count);
  state_.run_pops.resize(std::min<std::size_t>(longest, state_.run_entries));
  load_operands(members);
}

void TeamSteps::load_operands(std::span<const ActivationOperands* const> members) {
  const auto phases = static_cast<std::size_t>(phase_split(*job_->shape, *job_->arch).count());
  operands_.blocks.assign(job_->stream->blocks_per_group, {});
  std::uint32_t passes = 0;
  for (std::size_t b = 0; b < operands_.blocks.size(); ++b) {
    TeamOperands::Block& block = operands_.blocks[b];
    block.first = passes;
    for (std::size_t p = 0; p < members.size(); ++p)
      block.vectors[p] = static_cast<std::int64_t>(members[p]->vectors(b));
    const auto [least, most] = std::minmax_element(block.vectors.begin(), block.vectors.end());
    block.full = static_cast<std::uint32_t>(*least);
    block.passes = static_cast<std::uint32_t>(*most);
    passes += block.passes;
  }
  for (std::size_t p = 0; p < members.size(); ++p) {
    std::size_t b = operands_.blocks.size();
    while (b > 0 && operands_.blocks[b - 1].vectors[p] == 0) --b;
    filled_blocks_[p] = b;
  }
  operands_.offsets.resize(passes * kTeam * state_.I);
  for (std::size_t b = 0; b < operands_.blocks.size(); ++b)
    for (std::size_t p = 0; p < kTeam; ++p)
      load_member(b, p, p < members.size() ? members[p] : nullptr, b % phases);
}

/// A member's activation vectors of a block, filled up with rows of zeros.
void TeamSteps::load_member(std::size_t block, std::size_t member,
                            const ActivationOperands* operands, std::size_t phase) {
  const StepTables& tables = *job_->tables;
  const auto zeros = static_cast<std::uint32_t>(tables.zero_row(phase));
  const TeamOperands::Block& b = operands_.blocks[block];
  std::uint32_t* out = operands_.offsets.data() + (b.first * kTeam + member) * state_.I;
  for (std::uint32_t v = 0; v < b.passes; ++v, out += kTeam * state_.I) {
    std::size_t n = 0;
    if (v < b.vectors[member])
      for (const ActivationOperand& a : operands->vector(block, v)) out[n++] = a.row;
    for (; n < state_.I; ++n) out[n] = zeros;
  }
}

void TeamSteps::start_group(std::int64_t group, std::int64_t start) {
  const auto g = static_cast<std::size_t>(group);
  start_ = start;
  group_first_ = job_->stream->group_first[g];
  group_end_ = job_->stream->group_first[g + 1];
  state_.blocks = job_->stream->group_blocks(g);
  state_.block = 0;
  state_.at = 0;
  queues_.assign(kTeam * job_->tables->lanes() * job_->tables->lane_bytes(), 0);
  state_.queues = queues_.data();
  // A place without a member never waits.
  for (std::size_t p = 0; p < kTeam; ++p)
    state_.next[p] = p < members_ ? start : std::numeric_limits<std::int64_t>::max() / 2;
  state_.last_issue.fill(start - 1);
  state_.last_pop.fill(start);
  state_.bank_stall.fill(0);
  state_.late.fill(0);
  state_.waited.fill(0);
  state_.last_block.fill(-1);
  for (std::size_t p = 0; p < members_; ++p)
    for (std::size_t b = filled_blocks_[p]; b-- > 0 && state_.last_block[p] < 0;)
      if (state_.blocks[b].count > 0 && operands_.blocks[b].vectors[p] > 0)
        state_.last_block[p] = static_cast<std::int64_t>(b);
  finished_ = group_first_ == group_end_;
}

std::span<const std::int64_t> TeamSteps::advance(const ArrivalView& arrivals) {
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
  advance_steps(state_);
  finished_ = state_.block == state_.blocks.size();
  return std::span(pops).first(state_.popped);
}

GroupTimes TeamSteps::times(std::size_t member) const {
  GroupTimes t;
  t.finish = start_;
  if (group_first_ == group_end_) return t;
  // After the last step the member waits for the entries it only pops, then for its
  // queues.
  const std::int64_t popping =
      std::max<std::int64_t>(state_.last_pop[member] - state_.last_issue[member], 0);
  const std::int64_t all_free = state_.last_issue[member] + 1 + deepest_queue(state_, member);
  const std::int64_t popped = std::max(state_.last_issue[member], state_.last_pop[member]) + 1;
  t.finish = std::max(popped, all_free);
  t.bank_stall = static_cast<std::uint64_t>(state_.bank_stall[member] + t.finish - popped);
  t.weight_wait = static_cast<std::uint64_t>(state_.late[member]);
  t.backpressure_wait =
      static_cast<std::uint64_t>(state_.waited[member] + popping - state_.late[member]);
  return t;
}

}  // namespace scnn::pe
