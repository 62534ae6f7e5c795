#include "pe/step_kernel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "sparse_formats/error.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "pe/step_kernel.cpp"
#include <hwy/foreach_target.h>  // compiles this file once per instruction set

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace scnn::pe {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// One number per member, in registers.
class Times {
 public:
  HWY_INLINE Times() = default;
  HWY_INLINE explicit Times(std::int64_t same) {
    for (V& v : v_) v = hn::Set(D(), same);
  }
  HWY_INLINE explicit Times(const TeamNumbers& n) {
    for (std::size_t i = 0; i < kParts; ++i) v_[i] = hn::Load(D(), n.data() + i * kLanes);
  }
  HWY_INLINE void store(TeamNumbers& n) const {
    for (std::size_t i = 0; i < kParts; ++i) hn::Store(v_[i], D(), n.data() + i * kLanes);
  }
  /// \param part  gives the numbers of `kLanes` members from the given one on, of any type
  template <class Part>
  static HWY_INLINE Times of_parts(Part part) {
    Times t;
    for (std::size_t i = 0; i < kParts; ++i) t.v_[i] = hn::BitCast(D(), part(i * kLanes));
    return t;
  }
  friend HWY_INLINE Times operator+(Times a, const Times& b) {
    for (std::size_t i = 0; i < kParts; ++i) a.v_[i] = hn::Add(a.v_[i], b.v_[i]);
    return a;
  }
  friend HWY_INLINE Times operator-(Times a, const Times& b) {
    for (std::size_t i = 0; i < kParts; ++i) a.v_[i] = hn::Sub(a.v_[i], b.v_[i]);
    return a;
  }
  /// Bitwise; of a number and a mask, the number or zero.
  friend HWY_INLINE Times operator&(Times a, const Times& b) {
    for (std::size_t i = 0; i < kParts; ++i) a.v_[i] = hn::And(a.v_[i], b.v_[i]);
    return a;
  }
  friend HWY_INLINE Times operator|(Times a, const Times& b) {
    for (std::size_t i = 0; i < kParts; ++i) a.v_[i] = hn::Or(a.v_[i], b.v_[i]);
    return a;
  }
  static HWY_INLINE Times larger(Times a, const Times& b) {
    for (std::size_t i = 0; i < kParts; ++i) a.v_[i] = hn::Max(a.v_[i], b.v_[i]);
    return a;
  }
  static HWY_INLINE Times smaller(Times a, const Times& b) {
    for (std::size_t i = 0; i < kParts; ++i) a.v_[i] = hn::Min(a.v_[i], b.v_[i]);
    return a;
  }
  /// A mask: all ones where `a > b`.
  static HWY_INLINE Times above(Times a, const Times& b) {
    for (std::size_t i = 0; i < kParts; ++i)
      a.v_[i] = hn::VecFromMask(D(), hn::Gt(a.v_[i], b.v_[i]));
    return a;
  }
  static HWY_INLINE Times choose(const Times& mask, Times yes, const Times& no) {
    for (std::size_t i = 0; i < kParts; ++i)
      yes.v_[i] = hn::IfThenElse(hn::MaskFromVec(mask.v_[i]), yes.v_[i], no.v_[i]);
    return yes;
  }
  /// Members whose number is positive.
  [[nodiscard]] HWY_INLINE std::size_t count_positive() const {
    std::size_t n = 0;
    for (const V& v : v_) n += hn::CountTrue(D(), hn::Gt(v, hn::Zero(D())));
    return n;
  }
  /// Of a mask: a bit for every member.
  [[nodiscard]] HWY_INLINE std::size_t bits() const {
    std::size_t bits = 0;
    for (std::size_t i = 0; i < kParts; ++i) {
      std::uint8_t some[8] = {};
      hn::StoreMaskBits(D(), hn::MaskFromVec(v_[i]), some);
      bits |= std::size_t{some[0]} << (i * kLanes);
    }
    return bits;
  }
  [[nodiscard]] HWY_INLINE std::int64_t largest() const {
    V most = v_[0];
    for (std::size_t i = 1; i < kParts; ++i) most = hn::Max(most, v_[i]);
    return hn::GetLane(hn::MaxOfLanes(D(), most));
  }
  [[nodiscard]] HWY_INLINE std::int64_t sum() const {
    V sum = v_[0];
    for (std::size_t i = 1; i < kParts; ++i) sum = hn::Add(sum, v_[i]);
    return hn::GetLane(hn::SumOfLanes(D(), sum));
  }
  [[nodiscard]] HWY_INLINE std::int64_t smallest() const {
    V least = v_[0];
    for (std::size_t i = 1; i < kParts; ++i) least = hn::Min(least, v_[i]);
    return hn::GetLane(hn::MinOfLanes(D(), least));
  }

 private:
  using D = hn::CappedTag<std::int64_t, kTeam>;
  using V = hn::Vec<D>;

 public:
  static constexpr std::size_t kLanes = hn::MaxLanes(D());

 private:
  static constexpr std::size_t kParts = kTeam / kLanes;
  V v_[kParts];
};

/// The largest lane of a vector of unsigned counts, by halving it.
template <class D, class V>
HWY_INLINE std::int64_t largest_lane(D d, V v) {
#if HWY_TARGET == HWY_SCALAR
  (void)d;
  return hn::GetLane(v);
#else
  if constexpr (hn::MaxLanes(D()) * sizeof(hn::TFromD<D>) > 16) {
    const hn::Half<D> half;
    return largest_lane(half, hn::Max(hn::LowerHalf(half, v), hn::UpperHalf(half, v)));
  } else {
    const hn::Repartition<std::uint8_t, D> bytes;
    auto folded = [&](V x, auto shifted) { return hn::Max(x, hn::BitCast(d, shifted)); };
    v = folded(v, hn::ShiftRightBytes<8>(bytes, hn::BitCast(bytes, v)));
    v = folded(v, hn::ShiftRightBytes<4>(bytes, hn::BitCast(bytes, v)));
    v = folded(v, hn::ShiftRightBytes<2>(bytes, hn::BitCast(bytes, v)));
    if constexpr (sizeof(hn::TFromD<D>) == 1)
      v = folded(v, hn::ShiftRightBytes<1>(bytes, hn::BitCast(bytes, v)));
    return hn::GetLane(v);
  }
#endif
}

/// The queues of a team in memory: any number of banks, lanes of one byte or two, any I.
template <class Lane>
class AnyQueues {
 public:
  static constexpr bool kAlone = false;

  explicit AnyQueues(TeamState& s)
      : q_(reinterpret_cast<Lane*>(s.queues)), lanes_(s.tables->lanes()), I_(s.I) {
    threshold_ = static_cast<Lane>(s.threshold);
    // Lanes behind the last bank read the next copy of a row: they are kept empty.
    for (std::size_t b = 0; b < lanes_; ++b) mask_[b] = b < s.banks ? Lane(~Lane{0}) : Lane{0};
  }
  void store(TeamState& /*s*/) const {}
  /// Chooses the members that issue.
  /// \param active  1 for a member that issues, else 0
  void choose(const TeamNumbers& active) { active_ = active; }

  [[nodiscard]] bool congested() const {
    V over = hn::Zero(D());
    const V threshold = hn::Set(D(), threshold_);
    for (std::size_t i = 0; i < kTeam * lanes_; i += step())
      over = hn::Or(over, hn::SaturatedSub(hn::LoadU(D(), q_ + i), threshold));
    return !hn::AllTrue(D(), hn::Eq(over, hn::Zero(D())));
  }
  /// Updates in each member's longest queue.
  [[nodiscard]] Times deepest() const {
    TeamNumbers n;
    for (std::size_t p = 0; p < kTeam; ++p) {
      V most = hn::Zero(D());
      for (std::size_t i = 0; i < lanes_; i += step())
        most = hn::Max(most, hn::LoadU(D(), q_ + p * lanes_ + i));
      n[p] = largest_lane(D(), most);
    }
    return Times(n);
  }
  /// The largest number of cycles `drain` takes.
  static constexpr std::int64_t kMost = Lane(~Lane{0});
  /// Lets cycles pass.
  void drain(const TeamNumbers& cycles) {
    for (std::size_t p = 0; p < kTeam; ++p) {
      const V c = hn::Set(D(), static_cast<Lane>(cycles[p]));
      for (Lane* q = q_ + p * lanes_; q < q_ + (p + 1) * lanes_; q += step())
        hn::StoreU(hn::SaturatedSub(hn::LoadU(D(), q), c), D(), q);
    }
  }
  /// All members' updates join, and each of their queues retires one.
  void issue_all(const std::uint8_t* row, const std::uint32_t* offsets) {
    active_.fill(1);
    issue(row, offsets);
  }
  /// Chosen members'.
  void issue(const std::uint8_t* row, const std::uint32_t* offsets) {
    const V one = hn::Set(D(), Lane{1});
    for (std::size_t p = 0; p < kTeam; ++p) {
      if (active_[p] == 0) continue;
      Lane* q = q_ + p * lanes_;
      for (std::size_t i = 0; i < lanes_; i += step()) {
        V updates = hn::Zero(D());
        for (std::size_t a = 0; a < I_; ++a)
          updates =
              hn::Add(updates,
                      hn::LoadU(D(), reinterpret_cast<const Lane*>(row + offsets[p * I_ + a]) + i));
        updates = hn::And(updates, hn::LoadU(D(), mask_ + i));
        hn::StoreU(hn::SaturatedSub(hn::Add(hn::LoadU(D(), q + i), updates), one), D(), q + i);
      }
    }
  }

 private:
  using D = hn::CappedTag<Lane, 32 / sizeof(Lane)>;
  using V = hn::Vec<D>;
  static std::size_t step() { return hn::Lanes(D()); }

  Lane* q_;
  std::size_t lanes_, I_;
  Lane threshold_;
  Lane mask_[128];
  TeamNumbers active_;
};

#if HWY_TARGET != HWY_SCALAR
/// A number that is loaded into every byte of a vector is best loaded from memory; the
/// compiler would rather take it out of the register it was stored from.
HWY_INLINE void keep_in_memory(TeamNumbers& n) { __asm__("" : "+m"(n)); }

/// The larger of the two halves of 32 counts, in one register or two.
template <std::size_t kParts, class V>
HWY_INLINE hn::Vec<hn::CappedTag<std::uint8_t, 16>> folded(const V* q) {
  if constexpr (kParts == 2) {
    return hn::Max(q[0], q[1]);
  } else {
    const hn::CappedTag<std::uint8_t, 16> half;
    return hn::Max(hn::LowerHalf(half, q[0]), hn::UpperHalf(half, q[0]));
  }
}

/// The queues of one member of a team that UsualQueues can take.
class LoneQueues {
 public:
  static constexpr std::size_t kBanks = 32, kI = 4;

  HWY_INLINE LoneQueues(const TeamState& s, std::size_t member)
      : threshold_(hn::Set(D(), static_cast<std::uint8_t>(s.threshold))),
        one_(hn::Set(D(), std::uint8_t{1})) {
    for (std::size_t i = 0; i < kParts; ++i)
      q_[i] = hn::LoadU(D(), s.queues + member * kBanks + i * kLanes);
  }
  HWY_INLINE void store(TeamState& s, std::size_t member) const {
    for (std::size_t i = 0; i < kParts; ++i)
      hn::StoreU(q_[i], D(), s.queues + member * kBanks + i * kLanes);
  }
  [[nodiscard]] HWY_INLINE bool congested() const {
    V most = q_[0];
    for (std::size_t i = 1; i < kParts; ++i) most = hn::Max(most, q_[i]);
    return !hn::AllTrue(D(), hn::Eq(hn::SaturatedSub(most, threshold_), hn::Zero(D())));
  }
  [[nodiscard]] HWY_INLINE std::int64_t deepest() const {
    V most = q_[0];
    for (std::size_t i = 1; i < kParts; ++i) most = hn::Max(most, q_[i]);
    return largest_lane(D(), most);
  }
  HWY_INLINE void drain(std::int64_t cycles) {
    const V c = hn::Set(D(), static_cast<std::uint8_t>(cycles));
    for (std::size_t i = 0; i < kParts; ++i) q_[i] = hn::SaturatedSub(q_[i], c);
  }
  HWY_INLINE void issue(const std::uint8_t* row, const std::size_t* offsets) {
    for (std::size_t i = 0; i < kParts; ++i) {
      const std::uint8_t* at = row + i * kLanes;
      const V some = hn::Add(hn::LoadU(D(), at + offsets[0]), hn::LoadU(D(), at + offsets[1]));
      const V more = hn::Add(hn::LoadU(D(), at + offsets[2]), hn::LoadU(D(), at + offsets[3]));
      q_[i] = hn::SaturatedSub(hn::Add(q_[i], hn::Add(some, more)), one_);
    }
  }

 private:
  using D = hn::CappedTag<std::uint8_t, kBanks>;
  using V = hn::Vec<D>;
  static constexpr std::size_t kLanes = hn::MaxLanes(D());
  static constexpr std::size_t kParts = kBanks / kLanes;
  V q_[kParts];
  V threshold_, one_;
};

/// The queues of a team in registers: 32 banks, queues of at most 255, I of 4.
class UsualQueues {
 public:
  static constexpr bool kAlone = true;
  using Lone = LoneQueues;
  static constexpr std::size_t kBanks = Lone::kBanks, kI = Lone::kI;
  static constexpr std::int64_t kMost = 255;

  HWY_INLINE explicit UsualQueues(const TeamState& s)
      : threshold_(hn::Set(D(), static_cast<std::uint8_t>(s.threshold))) {
#pragma GCC unroll 16
    for (std::size_t n = 0; n < kTeam * kParts; ++n) q_[n] = hn::LoadU(D(), s.queues + n * kLanes);
  }
  HWY_INLINE void store(TeamState& s) const {
    std::uint8_t* queues = s.queues;  // bytes written may be any object's, so read it once
#pragma GCC unroll 16
    for (std::size_t n = 0; n < kTeam * kParts; ++n) hn::StoreU(q_[n], D(), queues + n * kLanes);
  }
  HWY_INLINE void choose(TeamNumbers& active) {
    keep_in_memory(active);
#pragma GCC unroll 8
    for (std::size_t p = 0; p < kTeam; ++p)
      retire_[p] = hn::Set(D(), static_cast<std::uint8_t>(active[p]));
  }
  [[nodiscard]] HWY_INLINE bool congested() const {
    V most = q_[0];
#pragma GCC unroll 16
    for (std::size_t n = 1; n < kTeam * kParts; ++n) most = hn::Max(most, q_[n]);
    return !hn::AllTrue(D(), hn::Eq(hn::SaturatedSub(most, threshold_), hn::Zero(D())));
  }
  [[nodiscard]] HWY_INLINE Times deepest() const {
    return Times::of_parts([this](std::size_t p) {
      const hn::CappedTag<std::uint8_t, 8 * Times::kLanes> d8;
      auto v = folded_members<Times::kLanes>(p);
      const hn::Repartition<std::uint64_t, decltype(d8)> d64;
      v = hn::Max(v, hn::BitCast(d8, hn::ShiftRight<32>(hn::BitCast(d64, v))));
      v = hn::Max(v, hn::BitCast(d8, hn::ShiftRight<16>(hn::BitCast(d64, v))));
      v = hn::Max(v, hn::BitCast(d8, hn::ShiftRight<8>(hn::BitCast(d64, v))));
      return hn::And(hn::BitCast(d64, v), hn::Set(d64, 0xff));
    });
  }
  HWY_INLINE void drain(TeamNumbers& cycles) {
    keep_in_memory(cycles);
#pragma GCC unroll 8
    for (std::size_t p = 0; p < kTeam; ++p) {
      const V c = hn::Set(D(), static_cast<std::uint8_t>(cycles[p]));
#pragma GCC unroll 2
      for (std::size_t i = 0; i < kParts; ++i)
        q_[p * kParts + i] = hn::SaturatedSub(q_[p * kParts + i], c);
    }
  }
  /// Chosen members' updates join, and each of their queues retires one.
  HWY_INLINE void issue(const std::uint8_t* row, const std::uint32_t* offsets) {
    issue_of(row, offsets, [this](std::size_t p) { return retire_[p]; });
  }
  /// All members'.
  HWY_INLINE void issue_all(const std::uint8_t* row, const std::uint32_t* offsets) {
    issue_of(row, offsets,
             [one = hn::Set(D(), std::uint8_t{1})](std::size_t /*p*/) { return one; });
  }

 private:
  using D = hn::CappedTag<std::uint8_t, kBanks>;
  using V = hn::Vec<D>;
  static constexpr std::size_t kLanes = hn::MaxLanes(D());
  static constexpr std::size_t kParts = kBanks / kLanes;

  template <class Retire>
  HWY_INLINE void issue_of(const std::uint8_t* row, const std::uint32_t* offsets, Retire retire) {
#pragma GCC unroll 8
    for (std::size_t p = 0; p < kTeam; ++p)
#pragma GCC unroll 2
      for (std::size_t i = 0; i < kParts; ++i) {
        V& q = q_[p * kParts + i];
        const std::uint32_t* o = offsets + p * kI;
        const std::uint8_t* at = row + i * kLanes;
        const V some = hn::Add(hn::LoadU(D(), at + o[0]), hn::LoadU(D(), at + o[1]));
        const V more = hn::Add(hn::LoadU(D(), at + o[2]), hn::LoadU(D(), at + o[3]));
        q = hn::SaturatedSub(hn::Add(q, hn::Add(some, more)), retire(p));
      }
  }

  /// For each of `kCount` members from `p` on 8 counts, the largest among them.
  template <std::size_t kCount>
  [[nodiscard]] HWY_INLINE hn::Vec<hn::CappedTag<std::uint8_t, 8 * kCount>> folded_members(
      std::size_t p) const {
    const hn::CappedTag<std::uint8_t, 8 * kCount> d8;
    if constexpr (kCount == 2) {
      const hn::Repartition<std::uint64_t, decltype(d8)> d64;
      const auto a = hn::BitCast(d64, folded<kParts>(q_ + p * kParts));
      const auto b = hn::BitCast(d64, folded<kParts>(q_ + (p + 1) * kParts));
      return hn::Max(hn::BitCast(d8, hn::InterleaveLower(d64, a, b)),
                     hn::BitCast(d8, hn::InterleaveUpper(d64, a, b)));
    } else {
      return hn::Combine(d8, folded_members<kCount / 2>(p + kCount / 2),
                         folded_members<kCount / 2>(p));
    }
  }

  V q_[kTeam * kParts];
  V retire_[kTeam];
  V threshold_;
};
#endif

/// Takes runs of weight vectors with all members of a team.
template <class Queues>
class Runner {
 public:
  explicit Runner(TeamState& s) : s_(s) {}

  void advance() {
    for (Run r; find(r);) {
      const std::int64_t arrived = s_.arrival[r.entry + r.entries - 1];
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
      r.rows = s_.tables->block_rows(s_.block) + s_.at * r.bytes;
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
    const std::uint8_t* row = r.rows;
    const std::int64_t before = s_.next[p];
    std::int64_t next = before;
    typename Queues::Lone queues(s_, p);
#pragma GCC unroll 18
    for (std::size_t j = 0; j < entries; ++j, row += bytes) {
      if (HWY_UNLIKELY(queues.congested())) {
        // Not a call, which would want the queues in memory after every step.
        const std::int64_t excess = queues.deepest() - s_.threshold;
        queues.drain(excess);
        next += excess;
        ++stalls_;
      }
      if (kPops) r.pops[j][p] = next;  // the last vector's times stay
      ++next;
      queues.issue(row, local);
    }
    queues.store(s_, p);
    s_.next[p] = next;
    s_.bank_stall[p] += next - before - static_cast<std::int64_t>(entries);
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
    const std::int64_t* arrival = s_.arrival + r.entry;
    const std::int64_t* late_until = s_.late_until + r.entry;
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

const char* name_on_target() { return hwy::TargetName(HWY_TARGET); }

}  // namespace HWY_NAMESPACE
}  // namespace scnn::pe
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace scnn::pe {

HWY_EXPORT(advance_on_target);
HWY_EXPORT(name_on_target);

void advance_steps(TeamState& state) { HWY_DYNAMIC_DISPATCH(advance_on_target)(state); }

std::int64_t deepest_queue(const TeamState& s, std::size_t member) {
  const std::size_t lanes = s.tables->lanes();
  const auto deepest = [&](const auto* queues) {
    return std::int64_t{*std::max_element(queues + member * lanes, queues + (member + 1) * lanes)};
  };
  return s.tables->lane_bytes() == 1 ? deepest(s.queues)
                                     : deepest(reinterpret_cast<const std::uint16_t*>(s.queues));
}

std::vector<std::string> step_kernel_targets() {
  std::vector<std::string> names;
  for (std::int64_t target : hwy::SupportedAndGeneratedTargets())
    names.emplace_back(hwy::TargetName(target));
  return names;
}

std::string step_kernel_target() { return HWY_DYNAMIC_DISPATCH(name_on_target)(); }

void force_step_kernel_target(const std::string& name) {
  hwy::SetSupportedTargetsForTest(0);
  bool found = name.empty();
  for (std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    if (name != hwy::TargetName(target)) continue;
    hwy::SetSupportedTargetsForTest(target);
    found = true;
  }
  if (!found)
    throw InputError("instruction set",
                     fmt::format("\"{}\" is not one of this build on this processor", name));
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

}  // namespace scnn::pe
#endif
