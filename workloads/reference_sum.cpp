#include "workloads/reference_sum.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "workloads/reference_sum.cpp"
#include <hwy/foreach_target.h>  // compiles this file once per instruction set

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace scnn::workloads {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D32 = hn::CappedTag<std::int32_t, 16>;
using D16 = hn::Rebind<std::int16_t, D32>;
using V32 = hn::Vec<D32>;
/// Moves 32-bit sums into the 64-bit ones and clears them.
template <std::size_t kRegisters>
HWY_INLINE void widen(V32* partial, std::int64_t* sums) {
  for (std::size_t n = 0; n < kRegisters; ++n) {
#if HWY_TARGET == HWY_SCALAR
    sums[n] += hn::GetLane(partial[n]);
#else
    const hn::Half<D32> half;
    const hn::Rebind<std::int64_t, decltype(half)> wide;
    std::int64_t* const lower = sums + n * hn::Lanes(D32());
    std::int64_t* const upper = lower + hn::Lanes(wide);
    const auto low = hn::PromoteTo(wide, hn::LowerHalf(half, partial[n]));
    const auto high = hn::PromoteTo(wide, hn::UpperHalf(half, partial[n]));
    hn::StoreU(hn::Add(hn::LoadU(wide, lower), low), wide, lower);
    hn::StoreU(hn::Add(hn::LoadU(wide, upper), high), wide, upper);
#endif
    partial[n] = hn::Zero(D32());
  }
}

/// Sums of as many positions as fill some registers.
template <std::size_t kRegisters>
void add_part(std::span<const ReferenceTerm> terms, const std::int16_t* inputs,
              std::int64_t* sums) {
  const std::size_t lanes = hn::Lanes(D32());
  V32 partial[kRegisters];
  for (V32& p : partial) p = hn::Zero(D32());
  for (const ReferenceTerm& t : terms) {
    if (t.widen) widen<kRegisters>(partial, sums);
    const V32 weight = hn::Set(D32(), std::int32_t{t.weight});
    const std::int16_t* from = inputs + std::size_t{t.number} * kPositions;
    for (std::size_t n = 0; n < kRegisters; ++n) {
      const auto x = hn::PromoteTo(D32(), hn::LoadU(D16(), from + n * lanes));
      partial[n] = hn::Add(partial[n], hn::Mul(x, weight));
    }
  }
  widen<kRegisters>(partial, sums);
}

void add_on_target(std::span<const ReferenceTerm> terms, const std::int16_t* inputs,
                   std::int64_t* sums, std::size_t positions) {
  constexpr std::size_t kMany = 8, kFew = 4;
  const std::size_t lanes = hn::Lanes(D32());
  for (std::size_t at = 0; at < positions;) {
    const bool many = positions - at > kFew * lanes;
    (many ? add_part<kMany> : add_part<kFew>)(terms, inputs + at, sums + at);
    at += (many ? kMany : kFew) * lanes;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace scnn::workloads
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace scnn::workloads {

HWY_EXPORT(add_on_target);

void add_terms(std::span<const ReferenceTerm> terms, const std::int16_t* inputs, std::int64_t* sums,
               std::size_t positions) {
  HWY_DYNAMIC_DISPATCH(add_on_target)(terms, inputs, sums, positions);
}

}  // namespace scnn::workloads
#endif
