/// Random tensors and shapes for property tests.
#pragma once

#include <cstdint>

#include "sparse_formats/granularity.hpp"
#include "sparse_formats/layer_shape.hpp"
#include "sparse_formats/tensor.hpp"
#include "tests/support/draw.hpp"

namespace scnn::test {

/// A small valid shape: every stride, dilation, padding and group count up to 3.
[[nodiscard]] LayerShape random_shape(Draw& draw);

/// Integers of the given width, each non-zero with the given chance.
/// \param bits  2 to 16
[[nodiscard]] Tensor<std::int16_t> random_tensor(Draw& draw,
                                                 const Tensor<std::int16_t>::Shape& shape,
                                                 std::int64_t percent_nonzero, int bits);

/// Zeroes whole grains of `[K][C/groups][R][S]`, each kept with the given chance.
void drop_grains(Draw& draw, Tensor<std::int16_t>& weights, Granularity granularity,
                 std::int64_t percent_kept);

}  // namespace scnn::test
