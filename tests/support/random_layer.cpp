#include "tests/support/random_layer.hpp"

#include <algorithm>

namespace scnn::test {
namespace {

LayerShape draw_shape(Draw& draw) {
  LayerShape s;
  s.groups = draw.between(1, 3);
  s.C = s.groups * draw.between(1, 4);
  s.K = s.groups * draw.between(1, 9);
  s.H = draw.between(1, 14);
  s.W = draw.between(1, 14);
  s.R = draw.between(1, 4);
  s.S = draw.between(1, 5);
  s.stride_h = draw.between(1, 3);
  s.stride_w = draw.between(1, 3);
  s.dilation_h = draw.between(1, 3);
  s.dilation_w = draw.between(1, 3);
  s.pad_top = draw.between(0, 3);
  s.pad_bottom = draw.between(0, 3);
  s.pad_left = draw.between(0, 3);
  s.pad_right = draw.between(0, 3);
  return s;
}

std::int16_t nonzero_value(Draw& draw, int bits) {
  const std::int64_t limit = (std::int64_t{1} << (bits - 1)) - 1;
  const std::int64_t magnitude = draw.between(1, limit);
  return static_cast<std::int16_t>(draw.chance(50) ? magnitude : -magnitude);
}

}  // namespace

LayerShape random_shape(Draw& draw) {
  LayerShape s = draw_shape(draw);
  while (s.Ho() < 1 || s.Wo() < 1) s = draw_shape(draw);
  return s;
}

Tensor<std::int16_t> random_tensor(Draw& draw, const Tensor<std::int16_t>::Shape& shape,
                                   std::int64_t percent_nonzero, int bits) {
  Tensor<std::int16_t> t(shape);
  for (auto& v : t.data())
    if (draw.chance(percent_nonzero)) v = nonzero_value(draw, bits);
  return t;
}

void drop_grains(Draw& draw, Tensor<std::int16_t>& weights, Granularity granularity,
                 std::int64_t percent_kept) {
  const auto grain = static_cast<std::size_t>(grain_size(granularity, weights.shape()));
  for (std::size_t at = 0; at < weights.size(); at += grain)
    if (!draw.chance(percent_kept))
      std::ranges::fill(weights.values().subspan(at, grain), std::int16_t{0});
}

}  // namespace scnn::test
