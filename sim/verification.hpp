/// What every run is checked for: identities of the counters, values of the outputs.
#pragma once

#include <cstdint>

#include "memory/architecture.hpp"
#include "memory/counters.hpp"
#include "pe/tiling.hpp"
#include "sim/layer_job.hpp"
#include "sparse_formats/tensor.hpp"
#include "workloads/network.hpp"

namespace scnn::sim {

/// Activities sum to PEs * compute_cycles (S28), updates and dropped products to
/// products (S29), products to the non-zeros of the blocks.
/// \param whole  `nonzero_products` of the unsplit layer
/// \throws ModelError with the counters
void check_identities(const memory::Counters& c, const LayerJob& job,
                      const memory::Architecture& arch, std::uint64_t whole);

/// Compares the accumulated sums with the reference convolution, bit for bit.
/// \param accumulated  `[1][K][Ho][Wo]`
/// \throws VerificationError naming layer, output, owner PE, expected and found
void verify(const workloads::QuantisedLayer& layer, const Tensor<std::int64_t>& accumulated,
            const pe::OwnerMap& owners, const ForEach& for_each = {});

}  // namespace scnn::sim
