#include "pe/output_kernel.hpp"

#include <algorithm>
#include <cmath>

#include "sparse_formats/quantise.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "pe/output_kernel.cpp"
#include <hwy/foreach_target.h>  // compiles this file once per instruction set

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace scnn::pe {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<double, 8>;
using DI = hn::RebindToSigned<D>;
using V = hn::Vec<D>;

/// Products and sum are rounded one by one: nothing is fused.
HWY_INLINE V value_of(hn::Vec<DI> sums, const OutputScaling& s) {
  V v = hn::ConvertTo(D(), sums);
  v = hn::Mul(hn::Mul(v, hn::Set(D(), s.weight_scale)), hn::Set(D(), s.input_scale));
  if (s.biased) v = hn::Add(v, hn::Set(D(), s.bias));
  if (s.relu) v = hn::IfThenElse(hn::Lt(v, hn::Zero(D())), hn::Zero(D()), v);
  return v;
}

ChannelOutputs make_on_target(std::span<const std::int64_t> sums, const OutputScaling& scaling,
                              int accumulator_bits, double* values) {
  const std::size_t lanes = hn::Lanes(D());
  const std::int64_t limit = std::int64_t{1} << (accumulator_bits - 1);
  ChannelOutputs facts;
  V peak = hn::Zero(D());
  std::size_t i = 0;
  for (; i + lanes <= sums.size(); i += lanes) {
    const auto x = hn::LoadU(DI(), sums.data() + i);
    const auto over = hn::Or(hn::Lt(x, hn::Set(DI(), -limit)), hn::Gt(x, hn::Set(DI(), limit - 1)));
    facts.overflows += hn::CountTrue(DI(), over);
    const V v = value_of(x, scaling);
    peak = hn::Max(peak, hn::Abs(v));
    hn::StoreU(v, D(), values + i);
  }
  // The rest beside zeros, which may become anything but are not looked at.
  HWY_ALIGN std::int64_t some[hn::MaxLanes(D())] = {};
  HWY_ALIGN double made[hn::MaxLanes(D())];
  std::copy(sums.begin() + static_cast<std::ptrdiff_t>(i), sums.end(), some);
  hn::Store(value_of(hn::Load(DI(), some), scaling), D(), made);
  facts.peak = hn::GetLane(hn::MaxOfLanes(D(), peak));
  for (std::size_t n = 0; i < sums.size(); ++n, ++i) {
    values[i] = made[n];
    facts.peak = std::max(facts.peak, std::fabs(made[n]));
    facts.overflows += fits_signed(sums[i], accumulator_bits) ? 0 : 1;
  }
  return facts;
}

}  // namespace HWY_NAMESPACE
}  // namespace scnn::pe
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace scnn::pe {

HWY_EXPORT(make_on_target);

ChannelOutputs make_outputs(std::span<const std::int64_t> sums, const OutputScaling& scaling,
                            int accumulator_bits, std::span<double> values) {
  return HWY_DYNAMIC_DISPATCH(make_on_target)(sums, scaling, accumulator_bits, values.data());
}

}  // namespace scnn::pe
#endif
