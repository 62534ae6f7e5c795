/// A PE's stored activations as the decoupled machine's kernels take them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "memory/activation_buffer.hpp"
#include "pe/tile_job.hpp"

namespace scnn::pe {

/// An activation that is not zero.
struct ActivationOperand {
  std::uint32_t outcome_class = 0;  ///< see OutcomeClasses
  /// Where its row of a weight vector is read from, in bytes behind the vector's first row, when
  /// the step kernel runs the tile (see StepTables).
  std::uint32_t row = 0;
};

/// The non-zero activations of one PE, by block and by activation vector.
class ActivationOperands {
 public:
  /// \pre `job.tables` has begun the tile and is `tabled`
  void load(const TileJob& job, std::int64_t pe, const memory::ActivationBuffer& activations);

  [[nodiscard]] std::span<const ActivationOperand> block(std::size_t b) const {
    return std::span(operands_).subspan(block_first_[b], block_first_[b + 1] - block_first_[b]);
  }
  /// Activation vectors of a block: its stored activations I at a time (S15).
  [[nodiscard]] std::size_t vectors(std::size_t b) const {
    return block_vectors_[b + 1] - block_vectors_[b];
  }
  /// The activations of a block's vector `v` that are not zero; possibly none.
  [[nodiscard]] std::span<const ActivationOperand> vector(std::size_t b, std::size_t v) const {
    const std::size_t n = block_vectors_[b] + v;
    return std::span(operands_).subspan(vector_first_[n], vector_first_[n + 1] - vector_first_[n]);
  }
  [[nodiscard]] std::size_t blocks() const { return block_first_.size() - 1; }

 private:
  std::vector<ActivationOperand> operands_;
  std::vector<std::uint32_t> block_first_{0};    ///< in operands_
  std::vector<std::uint32_t> block_vectors_{0};  ///< in vector_first_
  std::vector<std::uint32_t> vector_first_{0};   ///< in operands_
};

}  // namespace scnn::pe
