/// Closed-form baselines and traffic of a layer (machine.md S27, S31, S32).
#pragma once

#include <cstdint>

#include "memory/architecture.hpp"
#include "pe/tiling.hpp"
#include "workloads/network.hpp"

namespace scnn::sim {

/// Cycles of the dense baseline DCNN (S32).
[[nodiscard]] std::uint64_t dcnn_cycles(const LayerShape& shape, const memory::Architecture& arch);

/// Products of non-zero operands of the whole layer, unsplit: for every input channel
/// and phase, non-zero weights times non-zero activations (S31).
[[nodiscard]] std::uint64_t nonzero_products(const workloads::QuantisedLayer& layer,
                                             const memory::Architecture& arch);

/// The same for the inputs of one temporal tile and one convolution group.
[[nodiscard]] std::uint64_t nonzero_products(const workloads::QuantisedLayer& layer,
                                             const memory::Architecture& arch,
                                             std::int64_t conv_group, const pe::Rect& inputs);

/// Cycles in which all multipliers together would do `products` (S31).
[[nodiscard]] std::uint64_t oracle_cycles(std::uint64_t products, const memory::Architecture& arch);

}  // namespace scnn::sim
