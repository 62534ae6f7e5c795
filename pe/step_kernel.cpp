#include "pe/step_kernel.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "pe/step_kernel.cpp"
#include <hwy/foreach_target.h>  // compiles this file once per instruction set

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace scnn::pe {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// One number per member.
#include "pe/step_times.inc"
// Bank queues, of one member and of a team.
#include "pe/step_queues.inc"

/// Takes runs of weight vectors with all members of a team.
template <class Queues>
class Runner {
 public:
  explicit Runner(TeamState& s) : s_(s) {}

  void advance() {
    for (Run r; find(r);) {
      const std::int64_t arrived = s_.arrival[r.entry + r.entries - 1 - s_.first_told];
      std::uint32_t v = 0;
      if (r.operands->passes < 2 || arrived >= Times(s_.next).smallest()) {
        if (!first_passes(r)) continue;
        v = 1;
      } else if (r.operands->full == 0) {
        pop_at_once(r, arrived);
      }
      passes(r, v);
      taken(r);
    }
  }

 private:
  /// The run at hand: weight vectors `[entry, entry + entries)` against a block's
  /// activations.
  struct Run {
    std::size_t entry, entries;
    const TeamOperands::Block* operands;
    const std::uint8_t* rows;      ///< of the first vector
    std::size_t bytes;             ///< from vector to vector
    const std::uint32_t* offsets;  ///< of the first pass
    TeamNumbers* pops;             ///< of each vector, while passes are under way
    std::int64_t* last_pops;       ///< the largest of these
  };

  /// The next run. \return whether there is one whose vectors' arrivals are all known
  HWY_INLINE bool find(Run& r) {
    for (; s_.block < s_.blocks.size(); ++s_.block, s_.at = 0) {
      const memory::BlockVectors& block = s_.blocks[s_.block];
      if (s_.at == block.count) continue;
      r.entry = block.first + s_.at;
      r.entries = std::min<std::size_t>(block.count - s_.at, s_.run_entries);
      if (r.entry + r.entries > s_.known) return false;
      r.operands = &s_.operands->blocks[s_.block];
      r.bytes = s_.tables->vector_bytes(s_.block);
      r.rows = s_.rows->block_rows(s_.block) + s_.at * r.bytes;
      r.offsets = s_.operands->offsets.data() + r.operands->first * kTeam * s_.I;
      r.pops = s_.run_pops.data();
      r.last_pops = s_.pops + s_.popped;
      return true;
    }
    return false;
  }
  HWY_INLINE void taken(const Run& r) {
    s_.at += static_cast<std::uint32_t>(r.entries);
    s_.popped += r.entries;
  }

  /// A run's passes from `v` on.
  void passes(const Run& r, std::uint32_t v) {
    stalls_ = 0;
    if constexpr (Queues::kAlone) {
      if (r.operands->passes > kFewPasses && !s_.contended) {
        pass_alone(r, v);
        v = r.operands->passes;
      }
    }
    for (; v < r.operands->full; ++v) pass<true>(r, v);
    for (; v < r.operands->passes; ++v) pass<false>(r, v);
    const auto vectors = static_cast<std::uint64_t>(Times(r.operands->vectors).sum());
    s_.contended = stalls_ * kManySteps > vectors * r.entries;
    for (std::size_t j = 0; j < r.entries; ++j) r.last_pops[j] = Times(r.pops[j]).largest();
  }

  /// All weight vectors of a run have arrived: members without activations pop them.
  ///
  /// That they pop the first no sooner than the last arrived makes no difference: members
  /// that step do so later still, and of a team only the last pop is told.
  HWY_INLINE void pop_at_once(const Run& r, std::int64_t arrived) {
    const Times active = Times::above(Times(r.operands->vectors), Times(std::int64_t{0}));
    const Times last(s_.last_pop);
    const Times popped = Times::choose(active, last, Times::larger(last, Times(arrived + 1)));
    popped.store(s_.last_pop);
    for (std::size_t j = 0; j < r.entries; ++j) popped.store(r.pops[j]);
  }

  /// The steps of a run from pass `first` on, one member after the other, where queues
  /// seldom make one wait: nothing is done for members that have fewer vectors.
  HWY_INLINE void pass_alone(const Run& r, std::uint32_t first) {
    (this->*walk_of(r.entries, std::make_index_sequence<kMostUnrolled + 1>()))(r, first);
    const Times next(s_.next);
    const Times stepped = Times::above(Times(r.operands->vectors), Times(first));
    const Times last = next - Times(1);
    Times::choose(stepped, last, Times(s_.last_issue)).store(s_.last_issue);
    Times::choose(stepped, last, Times(s_.last_pop)).store(s_.last_pop);
  }

  using Walk = void (Runner::*)(const Run&, std::uint32_t);
  /// A block of 8 channels of 3x3 has at most 18 vectors of 4 weights.
  static constexpr std::size_t kMostUnrolled = 18;

  template <std::size_t... kEntries>
  static HWY_INLINE Walk walk_of(std::size_t entries, std::index_sequence<kEntries...> /*all*/) {
    static constexpr Walk kWalks[] = {&Runner::template walk<kEntries>...};
    return kWalks[entries <= kMostUnrolled ? entries : 0];
  }

  /// \tparam kEntries  weight vectors of the run, 0 for any number: the end of so short a
  ///                   loop would surprise the processor as often as it comes
  template <std::size_t kEntries>
  HWY_NOINLINE void walk(const Run& r, std::uint32_t first) {
    const std::uint32_t* offsets = r.offsets + first * kTeam * Queues::kI;
    std::uint32_t v = first;
    // No member's last vector: a later one tells when entries are popped.
    for (; v + 1 < r.operands->full; ++v, offsets += kTeam * Queues::kI)
      for (std::size_t p = 0; p < kTeam; ++p)
        walk_vector<kEntries, false>(r, p, offsets + p * Queues::kI);
    for (; v < r.operands->full; ++v, offsets += kTeam * Queues::kI)
      for (std::size_t p = 0; p < kTeam; ++p)
        walk_vector<kEntries, true>(r, p, offsets + p * Queues::kI);
    for (; v < r.operands->passes; ++v, offsets += kTeam * Queues::kI) {
      const Times more = Times::above(Times(r.operands->vectors), Times(v));
      for (std::size_t left = more.bits(); left != 0; left &= left - 1) {
        const std::size_t p = hwy::Num0BitsBelowLS1Bit_Nonzero32(static_cast<std::uint32_t>(left));
        walk_vector<kEntries, true>(r, p, offsets + p * Queues::kI);
      }
    }
  }

  /// One activation vector of a member against the weight vectors of a run.
  /// \tparam kPops  it may be the member's last, with which entries are popped
  template <std::size_t kEntries, bool kPops>
  HWY_INLINE void walk_vector(const Run& r, std::size_t p, const std::uint32_t* offsets) {
    const std::size_t entries = kEntries > 0 ? kEntries : r.entries;
    const std::size_t bytes = r.bytes;
    const std::size_t local[] = {offsets[0], offsets[1], offsets[2], offsets[3]};
    typename Queues::Lone queues(s_, p);
#pragma GCC unroll 6
    for (std::size_t j = 0; j < entries; j += kAtOnce) {
      const auto before = queues;
      if (HWY_LIKELY(queues.issue_freely(r.rows + j * bytes, std::min(kAtOnce, entries - j), bytes,
                                         local)))
        continue;
      before.store(s_, p);
      return walk_vector_held<kPops>(r, p, j, local);
    }
    queues.store(s_, p);
    const std::int64_t next = s_.next[p];
    if (kPops)
#pragma GCC unroll 18
      for (std::size_t j = 0; j < entries; ++j)
        r.pops[j][p] = next + static_cast<std::int64_t>(j);  // the last vector's times stay
    s_.next[p] = next + static_cast<std::int64_t>(entries);
  }

  /// The same where queues hold a step of the weight vectors from `free` on, and none before.
  template <bool kPops>
  HWY_NOINLINE void walk_vector_held(const Run& r, std::size_t p, std::size_t free,
                                     const std::size_t* local) {
    const std::size_t bytes = r.bytes;
    const std::uint8_t* row = r.rows + free * bytes;
    const std::int64_t before = s_.next[p];
    std::int64_t next = before;
    if (kPops)
      for (std::size_t j = 0; j < free; ++j) r.pops[j][p] = before + static_cast<std::int64_t>(j);
    next += static_cast<std::int64_t>(free);
    typename Queues::Lone queues(s_, p);
    for (std::size_t j = free; j < r.entries; ++j, row += bytes) {
      if (HWY_UNLIKELY(queues.congested())) {
        // Not a call, which would want the queues in memory after every step.
        const std::int64_t excess = queues.deepest() - s_.threshold;
        queues.drain(excess);
        next += excess;
        ++stalls_;
      }
      if (kPops) r.pops[j][p] = next;
      ++next;
      queues.issue(row, local);
    }
    queues.store(s_, p);
    s_.next[p] = next;
    s_.bank_stall[p] += next - before - static_cast<std::int64_t>(r.entries);
  }

  /// Steps for which only the queues can make a member wait, of all members side by side.
  /// \tparam kAll  every member steps
  template <bool kAll>
  HWY_NOINLINE void pass(const Run& r, std::uint32_t v) {
    const std::uint8_t* row = r.rows;
    const std::size_t bytes = r.bytes;
    const std::uint32_t* offsets = r.offsets + v * kTeam * s_.I;
    TeamNumbers* pops = r.pops;
    TeamNumbers* const end = pops + r.entries;
    Queues queues(s_);  // a local copy stays in registers
    Times active(std::int64_t{-1});
    if (!kAll) {
      active = Times::above(Times(r.operands->vectors), Times(v));
      choose(queues, active);
    }
    // Those with steps in later blocks stall for them now: where, makes no difference, and
    // queues left above the threshold would look congested to the others' steps.
    const auto block = static_cast<std::int64_t>(s_.block);
    const Times waits = active | Times::above(Times(s_.last_block), Times(block));
    Times next(s_.next);
    Times stalled(std::int64_t{0});
    for (; pops != end; ++pops, row += bytes) {
      if (HWY_UNLIKELY(queues.congested())) {
        const Times excess = relieve(queues, waits);
        next = next + excess;
        stalled = stalled + excess;
      }
      if (kAll)
        next.store(*pops);
      else
        Times::choose(active, next, Times(*pops)).store(*pops);
      next = next - active;  // a mask is -1
      if (kAll)
        queues.issue_all(row, offsets);
      else
        queues.issue(row, offsets);
    }
    queues.store(s_);
    next.store(s_.next);
    (Times(s_.bank_stall) + stalled).store(s_.bank_stall);
    const Times last = next - Times(1);
    Times::choose(active, last, Times(s_.last_issue)).store(s_.last_issue);
    Times::choose(active, last, Times(s_.last_pop)).store(s_.last_pop);
  }

  static HWY_INLINE void choose(Queues& queues, const Times& active) {
    TeamNumbers ones;
    (Times(std::int64_t{0}) - active).store(ones);
    queues.choose(ones);
  }

  /// Lets the members of `who` wait until none of their queues is above the threshold.
  HWY_INLINE Times relieve(Queues& queues, const Times& who) {
    const Times excess =
        Times::larger(queues.deepest() - Times(s_.threshold), Times(std::int64_t{0})) & who;
    TeamNumbers cycles;
    excess.store(cycles);
    queues.drain(cycles);
    stalls_ += excess.count_positive();
    return excess;
  }

  /// What first passes change of each member: read once, and written after the last of them.
  struct Waits {
    explicit HWY_INLINE Waits(const TeamState& s)
        : next(s.next),
          last_issue(s.last_issue),
          last_pop(s.last_pop),
          bank_stall(s.bank_stall),
          late(s.late),
          waited(s.waited) {}
    HWY_INLINE void store(TeamState& s) const {
      next.store(s.next);
      last_issue.store(s.last_issue);
      last_pop.store(s.last_pop);
      bank_stall.store(s.bank_stall);
      late.store(s.late);
      waited.store(s.waited);
    }
    Times next, last_issue, last_pop, bank_stall, late, waited;
  };

  /// First passes of runs whose vectors may arrive later than some member needs them: of this
  /// run and of those behind it, up to one with more passes.
  /// \return whether `r`, the last, has more
  HWY_NOINLINE bool first_passes(Run& r) {
    Queues queues(s_);
    Waits w(s_);
    bool more = false;
    do {
      first_pass(r, queues, w);
      more = r.operands->passes > 1;
      if (more) break;
      taken(r);
    } while (find(r) && r.operands->passes < 2);
    queues.store(s_);
    w.store(s_);
    return more;
  }

  HWY_INLINE void first_pass(const Run& r, Queues& queues, Waits& w) {
    const std::uint8_t* row = r.rows;
    const std::size_t bytes = r.bytes;
    const std::uint32_t* offsets = r.offsets;
    const std::int64_t* arrival = s_.arrival + (r.entry - s_.first_told);
    const std::int64_t* late_until = s_.late_until + (r.entry - s_.first_told);
    const bool steps = r.operands->passes > 0, more = r.operands->passes > 1;
    const Times zero(std::int64_t{0}), most(Queues::kMost);
    const Times active = Times::above(Times(r.operands->vectors), zero);
    // After its last step a member does not stall for its queues; it waits for weights.
    const Times steps_later =
        Times::above(Times(s_.last_block), Times(static_cast<std::int64_t>(s_.block) - 1));
    choose(queues, active);
    const Times before = w.next;
    Times stalled = zero;
    // Of a member that steps, it does so in cycle `next` for vector 0, `next + j` for vector j.
    std::int64_t last_of = latest(active, w.next);
    const std::int64_t popped = Times::choose(active, Times(kLongAgo), w.last_pop).largest();
    for (std::size_t j = 0; j < r.entries; ++j, row += bytes) {
      const auto n = static_cast<std::int64_t>(j);
      if (HWY_UNLIKELY(queues.congested())) {
        const Times excess = relieve(queues, steps_later);
        w.next = w.next + excess;
        stalled = stalled + excess;
        last_of = latest(active, w.next) - n;
      }
      const std::int64_t there = arrival[j] + 1;
      const Times supplied(std::min(late_until[j] + 1, there));
      const Times wait = Times::larger(Times(there) - w.next, zero);
      w.late = w.late + Times::larger(supplied - w.next, zero);
      TeamNumbers cycles;
      Times::smaller(wait & steps_later, most).store(cycles);
      queues.drain(cycles);
      // Others pop when all before is popped, and the entry is there; active ones no sooner.
      if (steps) last_of = std::max(last_of, there - n);
      const std::int64_t last_pop = std::max({last_of + n, popped, there});
      if (more)
        Times(last_pop).store(r.pops[j]);  // those that step again pop later
      else
        r.last_pops[j] = last_pop;
      w.next = w.next + wait - active;
      if (steps) queues.issue(row, offsets);
    }
    w.bank_stall = w.bank_stall + stalled;
    // What is neither step nor stall was a wait.
    const Times steps_taken = Times(static_cast<std::int64_t>(r.entries)) & active;
    w.waited = w.waited + ((w.next - before - stalled - steps_taken) & steps_later);
    const Times last = w.next - Times(1);
    const Times there(arrival[r.entries - 1] + 1);
    w.last_issue = Times::choose(active, last, w.last_issue);
    w.last_pop = Times::choose(active, last, Times::larger(w.last_pop, there));
  }

  /// The largest number among those of some members.
  static HWY_INLINE std::int64_t latest(const Times& who, const Times& n) {
    return Times::choose(who, n, Times(kLongAgo)).largest();
  }

  /// Steps that are taken before anybody asks whether queues held one.
  static constexpr std::size_t kAtOnce = 3;
  /// Queues are contended when they hold one step of so many. Then members are better
  /// worked on side by side: what a wait costs is shared, and it surprises no processor.
  static constexpr std::uint64_t kManySteps = 8;
  /// Before every cycle.
  static constexpr std::int64_t kLongAgo = std::numeric_limits<std::int64_t>::min() / 2;
  /// Of members with so few vectors, which has how many is as good as random: side by side
  /// nobody asks.
  static constexpr std::uint32_t kFewPasses = 2;

  TeamState& s_;
  std::uint64_t stalls_ = 0;  ///< steps of the run that queues held
};

void advance_on_target(TeamState& s) {
#if HWY_TARGET != HWY_SCALAR
  if (s.tables->lane_bytes() == 1 && s.banks == UsualQueues::kBanks && s.I == UsualQueues::kI)
    return Runner<UsualQueues>(s).advance();
#endif
  if (s.tables->lane_bytes() == 1)
    Runner<AnyQueues<std::uint8_t>>(s).advance();
  else
    Runner<AnyQueues<std::uint16_t>>(s).advance();
}

}  // namespace HWY_NAMESPACE
}  // namespace scnn::pe
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace scnn::pe {

HWY_EXPORT(advance_on_target);

void advance_steps(TeamState& state) { HWY_DYNAMIC_DISPATCH(advance_on_target)(state); }

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
