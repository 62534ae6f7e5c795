/// IARAM: a PE's compressed input activations (machine.md S11, S30).
#pragma once

#include <cstddef>
#include <span>
#include <systemc>

#include "memory/activation_buffer.hpp"

namespace scnn::memory {

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
