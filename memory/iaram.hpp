/// IARAM: a PE's compressed input activations (machine.md S11, S30).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <systemc>
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

/// What the multiplier array sees of the IARAM.
class ActivationSource : public virtual sc_core::sc_interface {
 public:
  /// Stored elements of block `b`; the array takes them I at a time.
  [[nodiscard]] virtual std::span<const sparse::StoredActivation> block(std::size_t b) const = 0;
};

class Iaram : public sc_core::sc_module, public ActivationSource {
 public:
  explicit Iaram(const sc_core::sc_module_name& name) : sc_core::sc_module(name) {}

  [[nodiscard]] std::span<const sparse::StoredActivation> block(std::size_t b) const override {
    return held_->block(b);
  }
  /// Takes a tile of its own.
  void load(const sparse::ActivationLayout& layout, const Tensor<std::int16_t>& input) {
    buffer_.load(layout, input);
    held_ = &buffer_;
  }
  /// Takes a tile that others keep; it outlives the tile.
  void hold(const ActivationBuffer& buffer) { held_ = &buffer; }
  [[nodiscard]] const ActivationBuffer& buffer() const { return *held_; }

 private:
  ActivationBuffer buffer_;
  const ActivationBuffer* held_ = &buffer_;
};

}  // namespace scnn::memory
