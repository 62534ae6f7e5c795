#include "pe/step_kernel.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "pe/member_lists.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "pe/step_kernel.cpp"
#include <hwy/foreach_target.h>  // compiles this file once per instruction set

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace scnn::pe {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Number of the first member in a mask that is not empty.
HWY_INLINE std::size_t first_of(std::size_t members) {
  return hwy::Num0BitsBelowLS1Bit_Nonzero32(static_cast<std::uint32_t>(members));
}

/// A block of 8 channels of 3x3 has at most 18 vectors of 4 weights. The end of so short a loop
/// would surprise the processor as often as it comes, so up to there each length has a loop of its
/// own.
constexpr std::size_t kMostUnrolledRun = 18;

// One number per member.
#include "pe/step_times.inc"
// Bank queues, of one member and of a team.
#include "pe/step_queues.inc"

/// Before every cycle.
constexpr std::int64_t kLongAgo = std::numeric_limits<std::int64_t>::min() / 2;

/// A run of weight vectors (S15), `[entry, entry + entries)` of a block, which all teams take.
struct Run {
  std::size_t block, entry, entries;
  const std::uint8_t* rows;  ///< of the first vector
  std::size_t bytes;         ///< from vector to vector
  bool last_of_block;        ///< no other follows in the block
};

// What is done with a run, in this order.
#include "pe/step_first_passes.inc"

#include "pe/step_passes.inc"

/// Takes runs of weight vectors with all members of teams that stand at the same one.
template <class Queues>
class Teams {
 public:
  Teams(std::span<TeamState* const> teams, std::vector<TeamNumbers>& room)
      : teams_(teams), lead_(*teams.front()), first_(teams, room) {}

  void advance() {
    for (Run run; find(run);) {
      take(run);
      lead_.at += static_cast<std::uint32_t>(run.entries);
      lead_.popped += run.entries;
    }
    for (TeamState* s : teams_) {
      s->block = lead_.block;
      s->at = lead_.at;
      s->popped = lead_.popped;
    }
  }

 private:
  /// The next run. \return whether there is one whose vectors' arrivals are all known
  HWY_INLINE bool find(Run& r) {
    TeamState& s = lead_;
    for (; s.block < s.blocks.size(); ++s.block, s.at = 0) {
      const memory::BlockVectors& block = s.blocks[s.block];
      if (s.at == block.count) continue;
      r.block = s.block;
      r.entry = block.first + s.at;
      r.entries = std::min<std::size_t>(block.count - s.at, s.run_entries);
      if (r.entry + r.entries > s.known) return false;
      r.last_of_block = s.at + r.entries == block.count;
      r.bytes = s.tables->vector_bytes(s.block);
      r.rows = s.rows->block_rows(s.block) + s.at * r.bytes;
      return true;
    }
    return false;
  }

  HWY_INLINE void take(const Run& run) {
    const std::int64_t arrived = lead_.arrival[run.entry + run.entries - 1 - lead_.first_told];
    std::uint8_t first[kTogether], more[kTogether];
    std::size_t first_count = 0, more_count = 0;
    for (std::size_t t = 0; t < teams_.size(); ++t) {
      TeamState& s = *teams_[t];
      const std::uint32_t passes = s.operands->blocks[run.block].passes;
      const bool may_wait = passes < 2 || arrived >= Times(s.next).smallest();
      if (passes > 1) more[more_count++] = static_cast<std::uint8_t>(may_wait ? t : t + kTogether);
      if (!may_wait) continue;
      first_.relieve(s, run);
      first[first_count++] = static_cast<std::uint8_t>(t);
    }
    if (first_count > 0) first_.take(run, {first, first_count}, lead_.popped);
    for (std::size_t i = 0; i < more_count; ++i) {
      const bool waited = more[i] < kTogether;
      Passes<Queues> passes(*teams_[more[i] % kTogether], run, lead_.popped);
      passes.begin(waited, arrived);
      passes.take(waited ? 1 : 0);
    }
  }

  std::span<TeamState* const> teams_;
  TeamState& lead_;
  FirstPasses<Queues> first_;
};

template <class Queues>
void advance_with(std::span<TeamState* const> teams, std::vector<TeamNumbers>& room) {
  for (; !teams.empty(); teams = teams.subspan(std::min(teams.size(), kTogether)))
    Teams<Queues>(teams.first(std::min(teams.size(), kTogether)), room).advance();
}

void advance_on_target(std::span<TeamState* const> teams, std::vector<TeamNumbers>& room) {
  const TeamState& s = *teams.front();
#if HWY_TARGET != HWY_SCALAR
  if (s.tables->lane_bytes() == 1 && s.banks == UsualQueues::kBanks && s.I == UsualQueues::kI)
    return advance_with<UsualQueues>(teams, room);
#endif
  if (s.tables->lane_bytes() == 1)
    advance_with<AnyQueues<std::uint8_t>>(teams, room);
  else
    advance_with<AnyQueues<std::uint16_t>>(teams, room);
}

}  // namespace HWY_NAMESPACE
}  // namespace scnn::pe
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace scnn::pe {

HWY_EXPORT(advance_on_target);

void advance_steps(std::span<TeamState* const> teams, std::vector<TeamNumbers>& room) {
  HWY_DYNAMIC_DISPATCH(advance_on_target)(teams, room);
}

std::int64_t deepest_queue(const TeamState& s, std::size_t member) {
  const std::size_t lanes = s.tables->lanes();
  const auto deepest = [&](const auto* queues) {
    return std::int64_t{*std::max_element(queues + member * lanes, queues + (member + 1) * lanes)};
  };
  return s.tables->lane_bytes() == 1 ? deepest(s.queues)
                                     : deepest(reinterpret_cast<const std::uint16_t*>(s.queues));
}

}  // namespace scnn::pe
#endif
