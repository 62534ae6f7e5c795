/// Shapes of the tensors between the layers of a graph.
#pragma once

#include <cstdint>
#include <optional>

#include "workloads/import/graph.hpp"

namespace scnn::workloads::imports {

/// A feature map as the machine has it.
struct Map {
  std::int64_t C = 0, H = 0, W = 0;
};

/// The map of a tensor of three dimensions. \throws InputError naming the reading layer
/// unless there are three, all of them known and not 0
[[nodiscard]] Map map_of(const Dims& dims, const Node& reader);
[[nodiscard]] Dims dims_of(const Map& map, bool channels_first);

/// The sides that `window` pads a map with. Keras' `same` puts the odd row and column at
/// the bottom and right, and depends on the extent where there are strides.
[[nodiscard]] Sides padding_of(const Window& window, std::int64_t H, std::int64_t W);

/// What a layer without weights makes of its inputs' shapes.
/// \throws InputError naming the layer where shapes do not fit it
[[nodiscard]] Dims output_dims(const Node& node, const std::vector<Dims>& inputs);

/// Product of extents; `kOpen` when one is open. \throws InputError above 2^40
[[nodiscard]] std::int64_t count_of(const Dims& dims, const Node& reader);

}  // namespace scnn::workloads::imports
