#include "workloads/zoo_builder.hpp"

#include <utility>

namespace scnn::workloads {

FeatureMap ZooBuilder::conv(std::string name, const FeatureMap& in, const ConvOptions& o) {
  LayerSpec spec;
  spec.name = std::move(name);
  spec.relu = o.relu;
  LayerShape& s = spec.shape;
  s.C = in.C;
  s.H = in.H;
  s.W = in.W;
  s.K = o.K;
  s.R = s.S = o.kernel;
  s.stride_h = s.stride_w = o.stride;
  s.pad_top = s.pad_left = s.pad_bottom = s.pad_right = o.pad;
  s.groups = o.groups;
  validate_shape(s, spec.name);
  layers_.push_back(std::move(spec));
  return {s.K, s.Ho(), s.Wo()};
}

FeatureMap ZooBuilder::fc(std::string name, const FeatureMap& in, std::int64_t K, bool relu) {
  const FeatureMap flat{in.C * in.H * in.W, 1, 1};
  const FeatureMap out = conv(std::move(name), flat, {.K = K, .relu = relu});
  layers_.back().kind = LayerKind::fc;
  return out;
}

FeatureMap pool(const FeatureMap& in, const PoolOptions& o) {
  const auto extent = [&o](std::int64_t n) {
    const std::int64_t travel = n + 2 * o.pad - o.kernel;
    return (o.round_up ? ceil_div(travel, o.stride) : floor_div(travel, o.stride)) + 1;
  };
  return {in.C, extent(in.H), extent(in.W)};
}

}  // namespace scnn::workloads
