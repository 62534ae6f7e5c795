#include "sparse_formats/run_kernel.hpp"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sparse_formats/run_kernel.cpp"
#include <hwy/foreach_target.h>  // compiles this file once per instruction set

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace scnn::sparse {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// An element and its place in one lane: what is picked together need be picked but once.
using D = hn::CappedTag<std::uint32_t, 16>;
using Half = hn::Rebind<std::uint16_t, D>;

/// Elements whose places are listed before gaps are told of them.
constexpr std::size_t kPart = 256;

Picked pick_on_target(std::span<const std::int16_t> dense, std::int16_t* values,
                      std::uint16_t* gaps) {
  const std::size_t lanes = hn::Lanes(D());
  const auto* elements = reinterpret_cast<const std::uint16_t*>(dense.data());
  auto* const out = reinterpret_cast<std::uint16_t*>(values);
  auto longest = hn::Zero(D());
  auto place = hn::ShiftLeft<16>(hn::Iota(D(), 1));  // counted from 1
  const auto step = hn::Set(D(), static_cast<std::uint32_t>(lanes << 16));
  const auto one = hn::Set(D(), 1U);
  std::size_t n = 0;
  std::uint32_t picked[1 + kPart + hn::MaxLanes(D())];
  picked[0] = 0;
  for (std::size_t first = 0; first < dense.size(); first += kPart) {
    const std::size_t size = std::min(kPart, dense.size() - first);
    std::size_t count = 0;
    for (std::size_t i = 0; i < size; i += lanes, place = hn::Add(place, step)) {
      const std::uint16_t* from = elements + first + i;
      std::uint16_t rest[hn::MaxLanes(D())];
      if (size - i < lanes) {
        std::fill_n(std::copy_n(from, size - i, rest), lanes - (size - i), std::uint16_t{0});
        from = rest;
      }
      const auto v = hn::PromoteTo(D(), hn::LoadU(Half(), from));
      const auto nonzero = hn::Not(hn::Eq(v, hn::Zero(D())));
      // Not CompressStore, which some processors take many times as long for.
      hn::StoreU(hn::Compress(hn::Or(v, place), nonzero), D(), picked + 1 + count);
      count += hn::CountTrue(D(), nonzero);
    }
    for (std::size_t i = 0; i < count; i += lanes) {
      const auto here = hn::LoadU(D(), picked + 1 + i), before = hn::LoadU(D(), picked + i);
      const auto gap = hn::Sub(hn::Sub(hn::ShiftRight<16>(here), hn::ShiftRight<16>(before)), one);
      hn::StoreU(hn::TruncateTo(Half(), here), Half(), out + n + i);
      hn::StoreU(hn::TruncateTo(Half(), gap), Half(), gaps + n + i);
      longest = hn::Max(longest, hn::IfThenElseZero(hn::FirstN(D(), count - i), gap));
    }
    picked[0] = picked[count];
    n += count;
  }
  return {n, static_cast<std::uint16_t>(hn::GetLane(hn::MaxOfLanes(D(), longest)))};
}

}  // namespace HWY_NAMESPACE
}  // namespace scnn::sparse
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace scnn::sparse {

HWY_EXPORT(pick_on_target);

Picked pick_nonzero(std::span<const std::int16_t> dense, std::int16_t* values,
                    std::uint16_t* gaps) {
  return HWY_DYNAMIC_DISPATCH(pick_on_target)(dense, values, gaps);
}

}  // namespace scnn::sparse
#endif
