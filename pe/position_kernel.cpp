#include "pe/position_kernel.hpp"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "pe/position_kernel.cpp"
#include <hwy/foreach_target.h>  // compiles this file once per instruction set

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace scnn::pe {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D32 = hn::CappedTag<std::int32_t, kPositionStep>;
using D16 = hn::Rebind<std::int16_t, D32>;
using V32 = hn::Vec<D32>;

/// Vectors of sums held in registers.
constexpr std::size_t kHeld = 12;

/// Adds a vector of 32-bit sums to 64-bit ones.
HWY_INLINE void add_wide(V32 v, std::int64_t* sums) {
#if HWY_TARGET == HWY_SCALAR
  *sums += hn::GetLane(v);
#else
  const hn::Half<D32> half;
  const hn::Rebind<std::int64_t, decltype(half)> wide;
  std::int64_t* const upper = sums + hn::Lanes(wide);
  const auto low = hn::PromoteTo(wide, hn::LowerHalf(half, v));
  const auto high = hn::PromoteTo(wide, hn::UpperHalf(half, v));
  hn::StoreU(hn::Add(hn::LoadU(wide, sums), low), wide, sums);
  hn::StoreU(hn::Add(hn::LoadU(wide, upper), high), wide, upper);
#endif
}

/// All weights of a chunk go over `kCount` vectors of positions, channel by channel.
/// \param planes  of the chunk's first block, at the first position
/// \param sums    of the first channel, at the first position
template <std::size_t kCount>
void add_chunk(const PositionTables& tables, std::size_t chunk, const std::int16_t* planes,
               std::int64_t* sums) {
  const std::size_t lanes = hn::Lanes(D32());
  for (std::size_t k = 0; k < tables.channels(); ++k, sums += tables.positions()) {
    const auto weights = tables.weights(chunk, k);
    if (weights.empty()) continue;
    V32 sum[kCount];
    for (std::size_t i = 0; i < kCount; ++i) sum[i] = hn::Zero(D32());
    for (const PositionWeight& w : weights) {
      if (w.widen)
        for (std::size_t i = 0; i < kCount; ++i) {
          add_wide(sum[i], sums + i * lanes);
          sum[i] = hn::Zero(D32());
        }
      const V32 value = hn::Set(D32(), std::int32_t{w.value});
      const std::int16_t* from = planes + w.offset;
      for (std::size_t i = 0; i < kCount; ++i) {
        const V32 activations = hn::PromoteTo(D32(), hn::LoadU(D16(), from + i * lanes));
        sum[i] = hn::Add(sum[i], hn::Mul(activations, value));
      }
    }
    for (std::size_t i = 0; i < kCount; ++i) add_wide(sum[i], sums + i * lanes);
  }
}

void add_on_target(const PositionTables& tables, const std::int16_t* planes, std::int64_t* sums) {
  using Add = void (*)(const PositionTables&, std::size_t, const std::int16_t*, std::int64_t*);
  static constexpr Add kAdd[kHeld + 1] = {nullptr,      add_chunk<1>, add_chunk<2>,  add_chunk<3>,
                                          add_chunk<4>, add_chunk<5>, add_chunk<6>,  add_chunk<7>,
                                          add_chunk<8>, add_chunk<9>, add_chunk<10>, add_chunk<11>,
                                          add_chunk<12>};
  const std::size_t lanes = hn::Lanes(D32());
  const std::size_t vectors = tables.positions() / lanes;
  const std::size_t parts = (vectors + kHeld - 1) / kHeld;
  std::size_t at = 0;
  for (std::size_t n = 0; n < parts; ++n) {
    const std::size_t end = vectors * (n + 1) / parts;
    for (std::size_t chunk = 0; chunk < tables.chunks(); ++chunk)
      kAdd[end - at](tables, chunk,
                     planes + chunk * tables.chunk_blocks() * tables.plane() + at * lanes,
                     sums + at * lanes);
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
