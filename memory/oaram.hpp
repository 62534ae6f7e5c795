/// OARAM: a PE's compressed output activations (machine.md S27, S30).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <systemc>
#include <vector>

#include "memory/architecture.hpp"
#include "sparse_formats/run_length.hpp"

namespace scnn::memory {

/// Where the PPU puts its compressed outputs.
class OutputSink : public virtual sc_core::sc_interface {
 public:
  /// A layer begins: what the previous one left is gone.
  virtual void clear() = 0;
  /// Stores the outputs one PE owns of one channel, row-major.
  virtual void store(std::span<const std::int16_t> outputs) = 0;
  /// Stored elements so far, placeholders included.
  [[nodiscard]] virtual std::uint64_t stored() const = 0;
};

class Oaram : public sc_core::sc_module, public OutputSink {
 public:
  Oaram(const sc_core::sc_module_name& name, const Architecture& arch)
      : sc_core::sc_module(name),
        index_bits_(arch.index_bits),
        skip_zeros_(arch.skip_zero_activations) {}

  void clear() override { blocks_.clear(), stored_ = 0; }
  void store(std::span<const std::int16_t> outputs) override {
    blocks_.push_back(sparse::encode_block(outputs, index_bits_, skip_zeros_));
    stored_ += blocks_.back().values.size();
  }
  [[nodiscard]] std::uint64_t stored() const override { return stored_; }
  /// One block per output channel, in order.
  [[nodiscard]] const std::vector<sparse::CodedBlock>& blocks() const { return blocks_; }

 private:
  int index_bits_;
  bool skip_zeros_;
  std::vector<sparse::CodedBlock> blocks_;
  std::uint64_t stored_ = 0;
};

}  // namespace scnn::memory
