#include "pe/position_kernel.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "pe/position_kernel.cpp"
#include <hwy/foreach_target.h>  // compiles this file once per instruction set

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace scnn::pe {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR
/// Sums of `kPositionStep` positions, one by one.
class Sums {
 public:
  HWY_INLINE void clear() { std::fill_n(sum_, kPositionStep, 0); }
  HWY_INLINE void add(const PositionPair& pair, const std::int16_t* planes) {
    for (std::size_t i = 0; i < kPositionStep; ++i)
      sum_[i] +=
          planes[pair.offset[0] + i] * pair.value[0] + planes[pair.offset[1] + i] * pair.value[1];
  }
  HWY_INLINE void add_to(std::int64_t* sums) const {
    for (std::size_t i = 0; i < kPositionStep; ++i) sums[i] += sum_[i];
  }
  static constexpr std::size_t kPositions = kPositionStep;

 private:
  std::int32_t sum_[kPositionStep];
};
/// Sums held at a time.
constexpr std::size_t kHeld = 4;
#else
using D16 = hn::CappedTag<std::int16_t, kPositionStep>;
using D32 = hn::RepartitionToWide<D16>;
using V16 = hn::Vec<D16>;
using V32 = hn::Vec<D32>;

/// In each lane of 32 bits the sum, on top of what is there, of two products: of the lanes of 16
/// bits in its place.
HWY_INLINE V32 add_pairs(V16 a, V16 b, V32 sum) {
#if HWY_ARCH_X86 && HWY_TARGET != HWY_EMU128
  V32 unused = hn::Zero(D32());
  return hn::ReorderWidenMulAccumulate(D32(), a, b, sum, unused);  // a single instruction there
#else
  const auto low = [](V16 v) {
    return hn::ShiftRight<16>(hn::ShiftLeft<16>(hn::BitCast(D32(), v)));
  };
  const auto high = [](V16 v) { return hn::ShiftRight<16>(hn::BitCast(D32(), v)); };
  return hn::Add(sum, hn::Add(hn::Mul(low(a), low(b)), hn::Mul(high(a), high(b))));
#endif
}

/// A vector that is used twice. Loads are what sums take longest with, and the compiler would
/// rather load it again.
HWY_INLINE V16 loaded_once(V16 v) {
#if HWY_ARCH_X86 && HWY_TARGET != HWY_EMU128
  __asm__("" : "+v"(v.raw));
#endif
  return v;
}

/// Adds a vector of 32-bit sums to 64-bit ones.
HWY_INLINE void add_wide(V32 v, std::int64_t* sums) {
  const hn::Half<D32> half;
  const hn::Rebind<std::int64_t, decltype(half)> wide;
  std::int64_t* const upper = sums + hn::Lanes(wide);
  const auto low = hn::PromoteTo(wide, hn::LowerHalf(half, v));
  const auto high = hn::PromoteTo(wide, hn::UpperHalf(half, v));
  hn::StoreU(hn::Add(hn::LoadU(wide, sums), low), wide, sums);
  hn::StoreU(hn::Add(hn::LoadU(wide, upper), high), wide, upper);
}

/// Sums of as many positions as a register has lanes of 16 bits, in two registers: interleaved
/// by blocks of 16 bytes, as two vectors of activations are.
class Sums {
 public:
  HWY_INLINE void clear() { low_ = high_ = hn::Zero(D32()); }
  HWY_INLINE void add(const PositionPair& pair, const std::int16_t* planes) {
    const V16 first = loaded_once(hn::LoadU(D16(), planes + pair.offset[0]));
    const V16 second = loaded_once(hn::LoadU(D16(), planes + pair.offset[1]));
    std::int32_t values = 0;
    std::memcpy(&values, pair.value, sizeof values);
    const V16 weights = hn::BitCast(D16(), hn::Set(D32(), values));
    low_ = add_pairs(hn::InterleaveLower(D16(), first, second), weights, low_);
    high_ = add_pairs(hn::InterleaveUpper(D16(), first, second), weights, high_);
  }
  HWY_INLINE void add_to(std::int64_t* sums) const {
    if constexpr (hn::MaxLanes(D32()) == 4) {
      add_wide(low_, sums);
      add_wide(high_, sums + 4);
    } else {
      add_wide(hn::ConcatLowerLower(D32(), high_, low_), sums);
      add_wide(hn::ConcatUpperUpper(D32(), high_, low_), sums + hn::Lanes(D32()));
    }
  }
  static constexpr std::size_t kPositions = hn::MaxLanes(D16());

 private:
  V32 low_, high_;
};
/// Sums held at a time: as many as there are registers for.
constexpr std::size_t kHeld = HWY_TARGET <= HWY_AVX3 ? 12 : 6;
#endif

/// All weights of a chunk go over `kCount` vectors of positions, channel by channel.
/// \param planes  of the chunk's first block, at the first position
/// \param sums    of the first channel, at the first position
template <std::size_t kCount>
void add_chunk(const PositionTables& tables, std::size_t chunk, const std::int16_t* planes,
               std::int64_t* sums) {
  for (std::size_t k = 0; k < tables.channels(); ++k, sums += tables.positions()) {
    const auto weights = tables.weights(chunk, k);
    const PositionPair* const end = weights.data() + weights.size();
    for (const PositionPair* pair = weights.data(); pair != end;) {
      Sums sum[kCount];
      for (Sums& s : sum) s.clear();
      do {
        for (std::size_t i = 0; i < kCount; ++i) sum[i].add(*pair, planes + i * Sums::kPositions);
      } while (++pair != end && !pair->widen);
      for (std::size_t i = 0; i < kCount; ++i) sum[i].add_to(sums + i * Sums::kPositions);
    }
  }
}

using Add = void (*)(const PositionTables&, std::size_t, const std::int16_t*, std::int64_t*);

template <std::size_t... kCounts>
constexpr std::array<Add, sizeof...(kCounts)> adders(std::index_sequence<kCounts...> /*all*/) {
  return {&add_chunk<kCounts + 1>...};
}

void add_on_target(const PositionTables& tables, const std::int16_t* planes, std::int64_t* sums) {
  static constexpr auto kAdd = adders(std::make_index_sequence<kHeld>());  // of 1, 2, ... vectors
  const std::size_t vectors = tables.positions() / Sums::kPositions;
  const std::size_t parts = (vectors + kHeld - 1) / kHeld;
  std::size_t at = 0;
  for (std::size_t n = 0; n < parts; ++n) {
    const std::size_t end = vectors * (n + 1) / parts;
    for (std::size_t chunk = 0; chunk < tables.chunks(); ++chunk)
      kAdd[end - at - 1](
          tables, chunk,
          planes + chunk * tables.chunk_blocks() * tables.plane() + at * Sums::kPositions,
          sums + at * Sums::kPositions);
    at = end;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace scnn::pe
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace scnn::pe {

HWY_EXPORT(add_on_target);

void add_positions(const PositionTables& tables, const std::int16_t* planes, std::int64_t* sums) {
  HWY_DYNAMIC_DISPATCH(add_on_target)(tables, planes, sums);
}

}  // namespace scnn::pe
#endif
