#include "pe/step_kernel.hpp"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "pe/step_kernel.cpp"
#include <hwy/foreach_target.h>  // compiles this file once per instruction set

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace scnn::pe {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR
/// The queues of one PE, a bank at a time, for processors without vectors.
template <class Lane, int N>
class Queues {
 public:
  explicit Queues(const StepState& s)
      : banks_(s.banks), threshold_(static_cast<Lane>(s.threshold)) {
    std::copy_n(reinterpret_cast<const Lane*>(s.queues), banks_, q_);
  }
  void store(StepState& s) const { std::copy_n(q_, banks_, reinterpret_cast<Lane*>(s.queues)); }
  static constexpr std::size_t width() { return 1; }
  [[nodiscard]] bool congested() const { return deepest() > threshold_; }
  [[nodiscard]] std::int64_t deepest() const { return *std::max_element(q_, q_ + banks_); }
  void drain(std::int64_t cycles) {
    for (std::size_t b = 0; b < banks_; ++b)
      q_[b] = static_cast<Lane>(q_[b] - std::min<std::int64_t>(q_[b], cycles));
  }
  template <bool kMasked, class Offset>
  void issue(const std::uint8_t* row, const Offset* offsets, std::size_t count) {
    for (std::size_t a = 0; a < count; ++a) {
      const auto* updates = reinterpret_cast<const Lane*>(row + offsets[a]);
      for (std::size_t b = 0; b < banks_; ++b) q_[b] = static_cast<Lane>(q_[b] + updates[b]);
    }
    drain(1);
  }

 private:
  std::size_t banks_;
  Lane threshold_;
  Lane q_[128];
};
#else
/// The largest lane of a vector of unsigned counts, by halving it.
template <class D, class V>
HWY_INLINE std::int64_t largest_lane(D d, V v) {
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
}
/// The queues of one PE in registers.
///
/// \tparam Lane  type of a bank's count
/// \tparam N     registers
template <class Lane, int N>
class Queues {
 public:
  using D = hn::CappedTag<Lane, 32 / sizeof(Lane)>;
  using V = hn::Vec<D>;

  HWY_INLINE Queues(const StepState& s)
      : threshold_(hn::Set(d_, static_cast<Lane>(s.threshold))), one_(hn::Set(d_, Lane{1})) {
    for (int i = 0; i < N; ++i) {
      q_[i] = hn::LoadU(d_, reinterpret_cast<const Lane*>(s.queues) + i * width());
      // Lanes behind the last bank read the next copy of a row: they are kept empty.
      const std::size_t first = static_cast<std::size_t>(i) * width();
      const std::size_t used = s.banks > first ? s.banks - first : 0;
      alignas(64) Lane mask[64];
      for (std::size_t k = 0; k < width(); ++k)
        mask[k] = k < used ? static_cast<Lane>(~Lane{0}) : Lane{0};
      mask_[i] = hn::LoadU(d_, mask);
    }
  }
  HWY_INLINE void store(StepState& s) const {
    for (int i = 0; i < N; ++i)
      hn::StoreU(q_[i], d_, reinterpret_cast<Lane*>(s.queues) + i * width());
  }
  static HWY_INLINE std::size_t width() { return hn::Lanes(D()); }

  /// A queue is above the threshold: the next step has to wait.
  HWY_INLINE bool congested() const {
    V over = hn::SaturatedSub(q_[0], threshold_);
    for (int i = 1; i < N; ++i) over = hn::Or(over, hn::SaturatedSub(q_[i], threshold_));
    return !hn::AllTrue(d_, hn::Eq(over, hn::Zero(d_)));
  }
  /// Updates in the longest queue.
  HWY_INLINE std::int64_t deepest() const {
    V most = q_[0];
    for (int i = 1; i < N; ++i) most = hn::Max(most, q_[i]);
    return largest_lane(d_, most);
  }
  /// Lets `cycles` pass.
  HWY_INLINE void drain(std::int64_t cycles) {
    const auto n = static_cast<Lane>(std::min<std::int64_t>(cycles, static_cast<Lane>(~Lane{0})));
    const V c = hn::Set(d_, n);
    for (int i = 0; i < N; ++i) q_[i] = hn::SaturatedSub(q_[i], c);
  }
  /// A step issues: its updates join, every queue retires one.
  template <bool kMasked, class Offset>
  HWY_INLINE void issue(const std::uint8_t* row, const Offset* offsets, std::size_t count) {
    for (int i = 0; i < N; ++i) {
      V updates = hn::Zero(d_);
      for (std::size_t a = 0; a < count; ++a)
        updates = hn::Add(updates, hn::LoadU(d_, reinterpret_cast<const Lane*>(row + offsets[a]) +
                                                     static_cast<std::size_t>(i) * width()));
      if (kMasked) updates = hn::And(updates, mask_[i]);
      q_[i] = hn::SaturatedSub(hn::Add(q_[i], updates), one_);
    }
  }

 private:
  D d_;
  V q_[N];
  V mask_[N];
  V threshold_, one_;
};
#endif

/// One run of weight vectors against all activation vectors of a block.
template <class Lane, int N, bool kMasked>
class Runner {
 public:
  HWY_INLINE explicit Runner(StepState& s) : s_(s), queues_(s) {}

  void advance() {
    for (; s_.block < s_.blocks.size(); ++s_.block, s_.at = 0) {
      const memory::BlockVectors& block = s_.blocks[s_.block];
      const std::uint32_t first = s_.operands->block_vectors[s_.block];
      const std::uint32_t vectors = s_.operands->block_vectors[s_.block + 1] - first;
      while (s_.at < block.count) {
        const std::size_t entry = block.first + s_.at;
        const std::size_t left = block.count - s_.at;
        std::size_t end = entry + left;
        if (vectors == 0) {
          end = std::min(end, s_.known);
          if (end <= entry) return;
          pop_idle(entry, end);
        } else {
          end = entry + std::min(left, s_.run_entries);
          if (end > s_.known) return;
          run(entry, end, s_.operands->vectors.data() + first, vectors);
        }
        s_.at += static_cast<std::uint32_t>(end - entry);
      }
    }
  }
  HWY_INLINE void store() { queues_.store(s_); }

 private:
  void pop_idle(std::size_t entry, std::size_t end) {
    std::int64_t last = std::max(s_.last_pop, s_.start);
    for (std::size_t j = entry; j < end; ++j) {
      last = std::max(last, s_.arrival[j] + 1);
      s_.pops[s_.popped++] = last;
    }
    s_.last_pop = last;
  }

  HWY_INLINE void run(std::size_t entry, std::size_t end, const StepOperands::Vector* vector,
                      std::uint32_t vectors) {
    const std::size_t bytes = s_.tables->vector_bytes(s_.block);
    const Rows rows{s_.tables->block_rows(s_.block) + s_.at * bytes, bytes, end - entry};
    std::int64_t* pops = s_.pops + s_.popped;
    std::uint32_t v = 0;
    if (s_.arrival[end - 1] > s_.last_issue) pass_waiting(entry, rows, vector[v++], pops);
    s_.unwaited = end;
    // All but the last vectors are full, bar explicit zeros.
    for (; v + 1 < vectors; ++v) pass<false>(rows, vector[v], pops);
    if (v < vectors) pass<true>(rows, vector[v], pops);
    s_.steps += rows.entries * vectors;
    s_.iaram_reads += vectors;
    s_.popped += rows.entries;
    s_.last_pop = s_.last_issue;
  }

  /// The weight vectors of a run, as rows of counts.
  struct Rows {
    const std::uint8_t* first;
    std::size_t bytes;  ///< from vector to vector
    std::size_t entries;
  };

  /// All weight vectors have arrived: only the queues can hold a step.
  /// \tparam kTimes  write the issue times: of the last pass they are the pops
  template <bool kTimes>
  HWY_INLINE void pass(const Rows& rows, const StepOperands::Vector& vector, std::int64_t* times) {
    const std::uint32_t* offsets = s_.operands->offsets.data() + vector.first;
    switch (vector.count) {
      case 1:
        return steps<1, kTimes>(rows, offsets, 1, times);
      case 2:
        return steps<2, kTimes>(rows, offsets, 2, times);
      case 3:
        return steps<3, kTimes>(rows, offsets, 3, times);
      case 4:
        return steps<4, kTimes>(rows, offsets, 4, times);
      default:
        return steps<0, kTimes>(rows, offsets, vector.count, times);
    }
  }

  /// \tparam kCount  activations of the vector, 0 for any number
  template <std::size_t kCount, bool kTimes>
  HWY_INLINE void steps(const Rows& rows, const std::uint32_t* offsets, std::size_t count,
                        std::int64_t* times) {
    std::size_t local[kCount == 0 ? 1 : kCount];  // in registers, whatever the rows alias
    for (std::size_t i = 0; i < kCount; ++i) local[i] = offsets[i];
    const std::uint8_t* row = rows.first;
    std::int64_t cycle = s_.last_issue;
    std::int64_t stalled = 0;
    Queues<Lane, N> queues = queues_;  // a local copy stays in registers
    for (std::size_t j = 0; j < rows.entries; ++j, row += rows.bytes) {
      if (HWY_UNLIKELY(queues.congested())) {
        const std::int64_t excess = queues.deepest() - s_.threshold;
        queues.drain(excess);
        stalled += excess;
      }
      ++cycle;
      if (kTimes) times[j] = cycle + stalled;
      if (kCount == 0)
        queues.template issue<kMasked>(row, offsets, count);
      else
        queues.template issue<kMasked>(row, local, kCount);
    }
    queues_ = queues;
    s_.last_issue = cycle + stalled;
    s_.bank_stall += static_cast<std::uint64_t>(stalled);
  }

  HWY_INLINE std::int64_t stall() {
    const std::int64_t excess = queues_.deepest() - s_.threshold;
    queues_.drain(excess);
    return excess;
  }

  /// The first pass of a run some of whose vectors arrive later than now.
  HWY_NOINLINE void pass_waiting(std::size_t entry, const Rows& rows,
                                 const StepOperands::Vector& vector, std::int64_t* times) {
    const std::uint32_t* offsets = s_.operands->offsets.data() + vector.first;
    const std::uint8_t* row = rows.first;
    for (std::size_t j = entry; j < entry + rows.entries; ++j, row += rows.bytes) {
      std::int64_t earliest = s_.last_issue + 1;
      if (queues_.congested()) {
        const std::int64_t stalled = stall();
        s_.bank_stall += static_cast<std::uint64_t>(stalled);
        earliest += stalled;
      }
      const std::int64_t arrived = s_.arrival[j];
      if (arrived >= earliest) {
        const std::int64_t late =
            late_cycles(s_.arrival, s_.late_until, s_.unwaited, j, earliest, arrived);
        const std::int64_t waited = arrived + 1 - earliest;
        s_.weight_wait += static_cast<std::uint64_t>(late);
        s_.backpressure_wait += static_cast<std::uint64_t>(waited - late);
        queues_.drain(waited);
        earliest = arrived + 1;
      }
      s_.unwaited = j + 1;
      s_.last_issue = earliest;
      *times++ = earliest;
      queues_.template issue<kMasked>(row, offsets, vector.count);
    }
  }

  StepState& s_;
  Queues<Lane, N> queues_;
};

template <class Lane, int N, bool kMasked>
void advance_runner(StepState& s) {
  Runner<Lane, N, kMasked> runner(s);
  runner.advance();
  runner.store();
}

/// \tparam kLanes  lanes of a queue vector
template <class Lane, int kLanes>
void advance_width(StepState& s) {
#if HWY_TARGET == HWY_SCALAR
  advance_runner<Lane, 1, false>(s);
#else
  constexpr int kRegisters = kLanes / static_cast<int>(hn::MaxLanes(typename Queues<Lane, 1>::D()));
  // The usual machine has as many banks as lanes; every other pays for the mask.
  if (sizeof(Lane) == 1 && s.banks == kLanes)
    advance_runner<Lane, kRegisters, false>(s);
  else
    advance_runner<Lane, kRegisters, true>(s);
#endif
}

template <class Lane>
void advance_lane(StepState& s) {
  switch (s.tables->lanes()) {
    case 32:
      return advance_width<Lane, 32>(s);
    case 64:
      return advance_width<Lane, 64>(s);
    case 96:
      return advance_width<Lane, 96>(s);
    case 128:
      return advance_width<Lane, 128>(s);
    default:
      HWY_ABORT("step kernel: no width for %d lanes", static_cast<int>(s.tables->lanes()));
  }
}

void advance_on_target(StepState& s) {
  if (s.tables->lane_bytes() == 1)
    advance_lane<std::uint8_t>(s);
  else
    advance_lane<std::uint16_t>(s);
}

}  // namespace HWY_NAMESPACE
}  // namespace scnn::pe
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace scnn::pe {

HWY_EXPORT(advance_on_target);

void advance_steps(StepState& state) { HWY_DYNAMIC_DISPATCH(advance_on_target)(state); }

std::int64_t deepest_queue(const StepState& s) {
  std::int64_t deepest = 0;
  for (std::size_t b = 0; b < s.banks; ++b)
    deepest = std::max<std::int64_t>(
        deepest, s.tables->lane_bytes() == 1 ? s.queues[b]
                                             : reinterpret_cast<const std::uint16_t*>(s.queues)[b]);
  return deepest;
}

std::int64_t late_cycles(const std::int64_t* arrival, const std::int64_t* late_until,
                         std::size_t first, std::size_t last, std::int64_t from, std::int64_t to) {
  std::int64_t late = 0;
  std::int64_t low = from;  // first cycle that waits for entry i
  for (std::size_t i = first; i <= last; ++i) {
    if (arrival[i] < low) continue;
    const std::int64_t high = std::min({to, arrival[i], late_until[i]});
    if (high >= low) late += high - low + 1;
    low = arrival[i] + 1;
  }
  return late;
}

std::vector<std::string> step_kernel_targets() {
  std::vector<std::string> names;
  for (std::int64_t target : hwy::SupportedAndGeneratedTargets())
    names.emplace_back(hwy::TargetName(target));
  return names;
}

void force_step_kernel_target(const std::string& name) {
  hwy::SetSupportedTargetsForTest(0);
  for (std::int64_t target : hwy::SupportedAndGeneratedTargets())
    if (name == hwy::TargetName(target)) hwy::SetSupportedTargetsForTest(target);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

}  // namespace scnn::pe
#endif
