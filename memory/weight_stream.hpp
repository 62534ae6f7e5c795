/// The weight vectors of one convolution group as the DRAM delivers them (S15, S22).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sparse_formats/weight_blocks.hpp"

namespace scnn::memory {

/// One FIFO entry: up to F stored weights of a block.
struct WeightVector {
  std::uint32_t first = 0;  ///< index of its first weight in `WeightStream::weights`
  std::uint32_t count = 0;
};

/// The vectors of the block of one K-group, channel and phase: `[first, first+count)`.
struct BlockVectors {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  std::uint32_t nonzero = 0;  ///< weights of the block that are not zero
};

/// Entry j = 0, 1, ... of the stream in the order of S15, with coordinates decoded.
///
/// One stream serves every temporal tile of the layer: its contents do not depend on
/// the tile, only the times do.
struct WeightStream {
  std::vector<sparse::StoredWeight> weights;
  std::vector<WeightVector> vectors;
  std::vector<BlockVectors> blocks;        ///< K-group outermost, then channel, then phase
  std::vector<std::uint64_t> bits;         ///< footprint up to and including entry j (S22)
  std::vector<std::uint32_t> group_first;  ///< first entry of each K-group, plus the end
  std::size_t blocks_per_group = 0;        ///< channels times phases
  std::uint64_t index_bits = 0;            ///< index part of the footprint

  [[nodiscard]] std::size_t groups() const { return group_first.size() - 1; }
  [[nodiscard]] std::span<const BlockVectors> group_blocks(std::size_t g) const {
    return std::span(blocks).subspan(g * blocks_per_group, blocks_per_group);
  }
  [[nodiscard]] std::span<const sparse::StoredWeight> weights_of(const WeightVector& v) const {
    return std::span(weights).subspan(v.first, v.count);
  }
  [[nodiscard]] std::uint64_t footprint_bits() const { return bits.empty() ? 0 : bits.back(); }
};

/// Decodes the blocks of one convolution group into vectors of at most F weights.
[[nodiscard]] WeightStream make_weight_stream(const sparse::EncodedWeights& encoded,
                                              std::int64_t conv_group, std::int64_t F,
                                              const ForEach& for_each = {});

}  // namespace scnn::memory
