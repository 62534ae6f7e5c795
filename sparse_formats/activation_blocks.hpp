/// A PE's input tile as run-length blocks (machine.md S11, S12, S18, S33).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sparse_formats/layer_shape.hpp"
#include "sparse_formats/phases.hpp"
#include "sparse_formats/tensor.hpp"

namespace scnn::sparse {

/// Which activations a tile holds and how they are stored.
struct ActivationLayout {
  LayerShape shape;
  std::int64_t conv_group = 0;
  std::int64_t y_begin = 0, y_end = 0, x_begin = 0, x_end = 0;  ///< the tile, maybe empty
  PhaseSplit split;
  int index_bits = 4;
  bool skip_zeros = true;

  /// One block per input channel of the convolution group and phase, phase fastest.
  [[nodiscard]] std::size_t block_count() const {
    return static_cast<std::size_t>(shape.group_C() * split.count());
  }
};

/// All blocks of a tile as flat arrays: block b is `[offsets[b], offsets[b+1])`.
struct EncodedActivations {
  ActivationLayout layout;
  std::vector<std::int16_t> values;
  std::vector<std::uint16_t> runs;
  std::vector<std::uint32_t> offsets;  ///< block_count() + 1
};

/// \param input  `[1][C][H][W]`
[[nodiscard]] EncodedActivations encode_activations(const ActivationLayout& layout,
                                                    const Tensor<std::int16_t>& input);

/// A stored activation with the coordinates its run stands for.
struct StoredActivation {
  std::int16_t value = 0;
  std::int32_t y = 0, x = 0;

  friend bool operator==(const StoredActivation&, const StoredActivation&) = default;
};

/// The stored elements of every block, in order, with coordinates: element i of the
/// result belongs to value i.
/// \throws InputError (without a place) when runs reach past a block
[[nodiscard]] std::vector<StoredActivation> decode_activations(const EncodedActivations& encoded);

}  // namespace scnn::sparse
