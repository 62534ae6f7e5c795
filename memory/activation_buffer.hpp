/// A tile of compressed activations (machine.md S11, S12).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sparse_formats/activation_blocks.hpp"

namespace scnn::memory {

/// The tile a PE works on: run-length blocks, read as vectors with coordinates.
class ActivationBuffer {
 public:
  /// Takes a tile, compressed as the previous layer's PPUs leave it.
  void load(const sparse::ActivationLayout& layout, const Tensor<std::int16_t>& input) {
    const auto encoded = sparse::encode_activations(layout, input);
    offsets_ = encoded.offsets;
    elements_ = sparse::decode_activations(encoded);
  }
  void clear() {
    offsets_.assign(1, 0);
    elements_.clear();
  }
  /// Stored elements of block (channel, phase), in order.
  [[nodiscard]] std::span<const sparse::StoredActivation> block(std::size_t b) const {
    return std::span(elements_).subspan(offsets_[b], offsets_[b + 1] - offsets_[b]);
  }
  /// Index of the block's first element among all.
  [[nodiscard]] std::size_t first_of(std::size_t b) const { return offsets_[b]; }
  /// All stored elements, placeholders included.
  [[nodiscard]] std::span<const sparse::StoredActivation> elements() const { return elements_; }

 private:
  std::vector<std::uint32_t> offsets_{0};
  std::vector<sparse::StoredActivation> elements_;
};

}  // namespace scnn::memory
