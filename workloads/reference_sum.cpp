#include "workloads/reference_sum.hpp"

#include <cstring>
#include <utility>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "workloads/reference_sum.cpp"
#include <hwy/foreach_target.h>  // compiles this file once per instruction set

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace scnn::workloads {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR
void add_on_target(std::span<const ReferenceTerms> terms, const std::int16_t* inputs,
                   std::int64_t* sums, std::size_t positions) {
  std::int32_t partial[kPositions] = {};
  const auto widen = [&] {
    for (std::size_t i = 0; i < positions; ++i) sums[i] += std::exchange(partial[i], 0);
  };
  for (const ReferenceTerms& t : terms) {
    if (t.widen) widen();
    const std::int16_t* a = inputs + std::size_t{t.number[0]} * kPositions;
    const std::int16_t* b = inputs + std::size_t{t.number[1]} * kPositions;
    for (std::size_t i = 0; i < positions; ++i)
      partial[i] += a[i] * t.weight[0] + b[i] * t.weight[1];
  }
  widen();
}
#else
using D16 = hn::CappedTag<std::int16_t, 16>;
using D32 = hn::RepartitionToWide<D16>;
using D64 = hn::Rebind<std::int64_t, hn::Half<D32> >;
using V16 = hn::Vec<D16>;
using V32 = hn::Vec<D32>;

/// Inputs that are used twice: the compiler would load them again, and loads take longest here.
HWY_INLINE V16 loaded_once(V16 v) {
#if HWY_ARCH_X86 && HWY_TARGET != HWY_EMU128
  __asm__("" : "+v"(v.raw));
#endif
  return v;
}

/// What two terms add to the sums of neighbouring positions, in every second lane of `inputs`.
HWY_INLINE V32 products(V16 inputs, V16 weights) {
#if HWY_ARCH_X86 && HWY_TARGET != HWY_EMU128
  V32 none = hn::Zero(D32());  // the instruction leaves it alone there
  return hn::ReorderWidenMulAccumulate(D32(), inputs, weights, none, none);
#else
  const auto even = [](V16 v) {
    return hn::ShiftRight<16>(hn::ShiftLeft<16>(hn::BitCast(D32(), v)));
  };
  const auto odd = [](V16 v) { return hn::ShiftRight<16>(hn::BitCast(D32(), v)); };
  return hn::Add(hn::Mul(even(inputs), even(weights)), hn::Mul(odd(inputs), odd(weights)));
#endif
}

/// Moves 32-bit sums into as many 64-bit ones.
HWY_INLINE void widen(V32 partial, std::int64_t* sums) {
  const hn::Half<D32> half;
  const auto low = hn::PromoteTo(D64(), hn::LowerHalf(half, partial));
  const auto high = hn::PromoteTo(D64(), hn::UpperHalf(half, partial));
  std::int64_t* const upper = sums + hn::Lanes(D64());
  hn::StoreU(hn::Add(hn::LoadU(D64(), sums), low), D64(), sums);
  hn::StoreU(hn::Add(hn::LoadU(D64(), upper), high), D64(), upper);
}

/// Sums of as many positions as fill some registers. Interleaving takes a part of a register from
/// each block of 16 bytes, the lower and the upper halves by themselves: so lie the sums.
template <std::size_t kRegisters>
void add_part(std::span<const ReferenceTerms> terms, const std::int16_t* inputs,
              std::int64_t* sums) {
  const std::size_t lanes = hn::Lanes(D16());
  V32 low[kRegisters], high[kRegisters];
  const auto clear = [&] {
    for (std::size_t n = 0; n < kRegisters; ++n) low[n] = high[n] = hn::Zero(D32());
  };
  const auto widen_all = [&] {
    for (std::size_t n = 0; n < kRegisters; ++n) {
      std::int64_t* const at = sums + n * lanes;
      if constexpr (hn::MaxLanes(D16()) == 16) {
        widen(hn::ConcatLowerLower(D32(), high[n], low[n]), at);
        widen(hn::ConcatUpperUpper(D32(), high[n], low[n]), at + lanes / 2);
      } else {
        widen(low[n], at);
        widen(high[n], at + lanes / 2);
      }
    }
  };
  clear();
  for (const ReferenceTerms& t : terms) {
    if (t.widen) {
      widen_all();
      clear();
    }
    std::int32_t both = 0;
    std::memcpy(&both, t.weight, sizeof both);
    const V16 weights = hn::BitCast(D16(), hn::Set(D32(), both));
    const std::int16_t* first = inputs + std::size_t{t.number[0]} * kPositions;
    const std::int16_t* second = inputs + std::size_t{t.number[1]} * kPositions;
    for (std::size_t n = 0; n < kRegisters; ++n) {
      const V16 a = loaded_once(hn::LoadU(D16(), first + n * lanes));
      const V16 b = loaded_once(hn::LoadU(D16(), second + n * lanes));
      low[n] = hn::Add(low[n], products(hn::InterleaveLower(D16(), a, b), weights));
      high[n] = hn::Add(high[n], products(hn::InterleaveUpper(D16(), a, b), weights));
    }
  }
  widen_all();
}

void add_on_target(std::span<const ReferenceTerms> terms, const std::int16_t* inputs,
                   std::int64_t* sums, std::size_t positions) {
  constexpr std::size_t kMany = 4, kFew = 2;
  static_assert(kPositions % (kMany * hn::MaxLanes(D16())) == 0);
  const std::size_t lanes = hn::Lanes(D16());
  for (std::size_t at = 0; at < positions;) {
    const bool many = positions - at > kFew * lanes;
    (many ? add_part<kMany> : add_part<kFew>)(terms, inputs + at, sums + at);
    at += (many ? kMany : kFew) * lanes;
  }
}
#endif

}  // namespace HWY_NAMESPACE
}  // namespace scnn::workloads
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace scnn::workloads {

HWY_EXPORT(add_on_target);

void add_terms(std::span<const ReferenceTerms> terms, const std::int16_t* inputs,
               std::int64_t* sums, std::size_t positions) {
  HWY_DYNAMIC_DISPATCH(add_on_target)(terms, inputs, sums, positions);
}

}  // namespace scnn::workloads
#endif
