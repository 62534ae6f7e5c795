/// What a layer's weights take when they are stored as run-length blocks (machine.md S11-S14).
#pragma once

#include <cstdint>

#include "memory/architecture.hpp"
#include "sparse_formats/weight_blocks.hpp"
#include "workloads/network.hpp"

namespace scnn::sim {

/// Counts of one layer, or of several added.
struct Storage {
  std::uint64_t weights = 0;       ///< of the dense layer
  std::uint64_t nonzero = 0;       ///< of them not zero
  std::uint64_t stored = 0;        ///< weights in the blocks, zeros and placeholders included
  std::uint64_t placeholders = 0;  ///< grains of zeros that bridge long gaps (S12), one per index
  std::uint64_t value_bits = 0;    ///< stored * weight_bits
  std::uint64_t index_bits = 0;    ///< stored indices * index_bits

  [[nodiscard]] std::uint64_t bits() const { return value_bits + index_bits; }
  Storage& operator+=(const Storage& other);
  friend bool operator==(const Storage&, const Storage&) = default;
};

[[nodiscard]] Storage storage_of(const sparse::EncodedWeights& encoded);

/// A layer's weights as `arch` has them in DRAM.
/// \throws InputError when the accumulators cannot hold the layer (S10)
[[nodiscard]] sparse::EncodedWeights encode_layer(const workloads::QuantisedLayer& layer,
                                                  const memory::Architecture& arch);

}  // namespace scnn::sim
