/// Grains of a weight tensor, and masks made of them (machine.md S13). Internal to pruning/.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sparse_formats/granularity.hpp"
#include "sparse_formats/tensor.hpp"
#include "workloads/network.hpp"

namespace scnn::pruning {

using WeightShape = Tensor<std::uint8_t>::Shape;  ///< `{K, C/groups, R, S}`

/// One flag per grain in index order, 1 = kept.
using GrainFlags = std::vector<std::uint8_t>;

[[nodiscard]] WeightShape shape_of(const workloads::ValueTensor& weights);

/// `[64, 3, 11, 11]`
[[nodiscard]] std::string shape_text(const WeightShape& shape);

/// Throws InputError at `where` unless 0 < density <= 1.
void check_density(double density, const std::string& where);

/// The grains that `previous` left alive; all of them without a previous mask.
/// \param where  the layer that `previous` belongs to, for messages
/// \throws InputError when the mask has another shape, or drops part of a grain of `g`
[[nodiscard]] GrainFlags surviving_grains(const WeightShape& shape, Granularity g,
                                          const workloads::Mask* previous,
                                          const std::string& where);

/// The mask that keeps exactly the flagged grains; achieved density counts weights.
[[nodiscard]] workloads::Mask mask_of(const WeightShape& shape, Granularity g, GrainFlags kept,
                                      double density_requested);

}  // namespace scnn::pruning
