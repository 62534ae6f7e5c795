/// The dense convolution every simulated output is compared with.
#pragma once

#include <cstdint>

#include "sparse_formats/for_each.hpp"
#include "sparse_formats/layer_shape.hpp"
#include "sparse_formats/tensor.hpp"

namespace scnn::workloads {

/// Exact integer convolution, any stride, dilation, padding and groups. Shares no
/// addressing, tiling or encoding code with the machine: that is its purpose.
/// \param input     `[1][C][H][W]`
/// \param weights   `[K][C/groups][R][S]`
/// \param for_each  threads for parts of the plane
/// \return          `[1][K][Ho][Wo]`, before bias and ReLU
[[nodiscard]] Tensor<std::int64_t> reference_convolution(const LayerShape& shape,
                                                         const Tensor<std::int16_t>& input,
                                                         const Tensor<std::int16_t>& weights,
                                                         const ForEach& for_each = {});

}  // namespace scnn::workloads
