/// Layers by hand, as the machine takes them.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "workloads/network.hpp"

namespace scnn::test {

/// A layer of given integers.
/// \param weights  `[K][C/groups][R][S]`
/// \param input    `[C][H][W]`
inline workloads::QuantisedLayer make_layer(const LayerShape& shape,
                                            std::vector<std::int16_t> weights,
                                            std::vector<std::int16_t> input,
                                            std::string name = "layer") {
  workloads::QuantisedLayer layer;
  layer.spec.name = std::move(name);
  layer.spec.shape = shape;
  layer.spec.relu = false;
  layer.weights =
      Tensor<std::int16_t>({shape.K, shape.group_C(), shape.R, shape.S}, std::move(weights));
  layer.input = Tensor<std::int16_t>({1, shape.C, shape.H, shape.W}, std::move(input));
  return layer;
}

}  // namespace scnn::test
