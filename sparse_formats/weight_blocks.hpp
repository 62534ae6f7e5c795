/// A layer's weights as run-length blocks (machine.md S11-S14, S18, S33).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sparse_formats/for_each.hpp"
#include "sparse_formats/granularity.hpp"
#include "sparse_formats/layer_shape.hpp"
#include "sparse_formats/phases.hpp"
#include "sparse_formats/tensor.hpp"

namespace scnn::sparse {

/// What fixes the blocks of a layer, apart from the weights themselves.
struct WeightLayout {
  LayerShape shape;
  std::int64_t kc = 8;  ///< output channels per K-group, at most K/groups (S8)
  PhaseSplit split;
  Granularity granularity = Granularity::fine;  ///< of the encoding (S13)
  int index_bits = 4;
  int weight_bits = 16;
  bool skip_zeros = true;

  [[nodiscard]] std::int64_t kgroups() const { return ceil_div(shape.group_K(), kc); }
  /// Output channels of K-group g; the last may be smaller.
  [[nodiscard]] std::int64_t kgroup_channels(std::int64_t g) const;
  [[nodiscard]] std::size_t block_count() const;
  friend bool operator==(const WeightLayout&, const WeightLayout&) = default;
};

/// Which block: convolution group, K-group, input channel of the group, phase.
struct BlockPlace {
  std::int64_t conv_group = 0, kgroup = 0, channel = 0, phase = 0;
};

/// Blocks are numbered with the phase fastest, then channel, K-group, convolution group.
[[nodiscard]] BlockPlace place_of(const WeightLayout& layout, std::size_t block);

/// All blocks of a layer as flat arrays with offsets; what DRAM holds.
///
/// Block b stores `values[value_offsets[b] .. value_offsets[b+1])` and the indices
/// `runs[run_offsets[b] .. run_offsets[b+1])`, one per grain. In a `filter` encoding
/// only the blocks of channel 0, phase 0 have indices; they hold for every block of
/// the K-group.
struct EncodedWeights {
  WeightLayout layout;
  std::vector<std::int16_t> values;
  std::vector<std::uint16_t> runs;
  std::vector<std::uint64_t> value_offsets;  ///< block_count() + 1
  std::vector<std::uint64_t> run_offsets;    ///< block_count() + 1

  [[nodiscard]] std::uint64_t footprint_bits() const;  ///< S14
  [[nodiscard]] std::uint64_t index_bits() const;      ///< the index part of it
};

/// Encodes a layer.
/// \param weights  `[K][C/groups][R][S]`
/// \pre    1 <= kc <= K/groups, 1 <= index_bits <= 16, kernel extents below 2^16
[[nodiscard]] EncodedWeights encode_weights(const WeightLayout& layout,
                                            const Tensor<std::int16_t>& weights,
                                            const ForEach& for_each = {});

/// A stored weight with the coordinates its run stands for. Placeholders and
/// explicit zeros have value 0.
struct StoredWeight {
  std::int16_t value = 0;
  std::uint16_t k = 0;  ///< output channel inside the K-group
  std::uint16_t r = 0, s = 0;

  friend bool operator==(const StoredWeight&, const StoredWeight&) = default;
};

/// Decodes the blocks of a layer, one at a time; the layer outlives it.
class WeightDecoder {
 public:
  explicit WeightDecoder(const EncodedWeights& encoded);

  /// Stored weights of a block.
  [[nodiscard]] std::size_t stored(std::size_t block) const;
  /// Writes a block's stored weights, in order, with their coordinates.
  /// \param out  room for `stored(block)`
  /// \return how many of them are not zero
  /// \throws InputError (without a place) when values, runs and block size disagree
  std::size_t decode(std::size_t block, StoredWeight* out) const;
  /// The same, of a block whose place is known.
  std::size_t decode(std::size_t block, const BlockPlace& place, StoredWeight* out) const;

 private:
  /// What the blocks of a phase have in common.
  struct Phase {
    std::vector<StoredWeight> positions;  ///< of a block of kc channels; values are zero
    std::uint64_t per_channel = 0;        ///< positions of a channel
    std::uint64_t unit = 0;               ///< weights of a grain
  };

  const EncodedWeights* encoded_;
  std::vector<Phase> phases_;
};

/// One block, as WeightDecoder decodes it, behind what is there.
void decode_block(const EncodedWeights& encoded, std::size_t block, std::vector<StoredWeight>& out);

/// The dense tensor `[K][C/groups][R][S]` the blocks stand for.
/// \throws InputError as `decode_block`
[[nodiscard]] Tensor<std::int16_t> decode_weights(const EncodedWeights& encoded);

/// Indices stored up to and including the first `stored` weights of a block: one per
/// grain of `unit` weights, counted with the grain's first weight (S22).
[[nodiscard]] constexpr std::uint64_t indices_within(std::uint64_t stored, std::int64_t unit) {
  const auto u = static_cast<std::uint64_t>(unit);
  return (stored + u - 1) / u;
}

/// Weights per grain inside a block of the given phase: the part of the grain that
/// lies in the phase. 0 when the phase has no weights.
[[nodiscard]] std::int64_t block_unit(const WeightLayout& layout, std::int64_t phase);

/// True when the block at `place` carries its own indices.
[[nodiscard]] constexpr bool block_has_indices(Granularity g, const BlockPlace& place) {
  return g != Granularity::filter || (place.channel == 0 && place.phase == 0);
}

}  // namespace scnn::sparse
