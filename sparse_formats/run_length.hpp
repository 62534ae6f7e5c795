/// Run-length blocks of grains (machine.md S12, S13).
///
/// A block is a row of grains of `unit` elements each; with `unit` 1 a grain is one
/// element. Stored grains carry the number of dropped grains before them; where
/// more than `2^index_bits - 1` were dropped, placeholder grains of zeros bridge
/// the gap. Dropped grains after the last stored one are not recorded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sparse_formats/run_kernel.hpp"

namespace scnn::sparse {

/// The largest run an index of the given width holds.
[[nodiscard]] constexpr std::int64_t max_run(int index_bits) {
  return (std::int64_t{1} << index_bits) - 1;
}

/// Writes one block's runs: call `drop` or `store` once per grain, in order.
class RunEncoder {
 public:
  /// \param index_bits  1 to 16
  explicit RunEncoder(int index_bits) : limit_(max_run(index_bits)) {}

  void drop() { ++dropped_; }

  /// Stores the next grain: calls `placeholder(run)` for each bridge, then
  /// `grain(run)` for the grain itself.
  template <class Placeholder, class Grain>
  void store(Placeholder&& placeholder, Grain&& grain) {
    for (; dropped_ > limit_; dropped_ -= limit_ + 1)
      placeholder(static_cast<std::uint16_t>(limit_));
    grain(static_cast<std::uint16_t>(dropped_));
    dropped_ = 0;
  }

 private:
  std::int64_t limit_;
  std::int64_t dropped_ = 0;
};

/// Encodes blocks of single elements, zeros dropped, one after the other: as RunEncoder
/// does, faster. Whether an element is zero is as good as random, so in blocks of any size none is
/// asked by itself.
class SingleEncoder {
 public:
  /// Room that `encode` wants behind what it stores.
  static constexpr std::size_t kSlack = kPickSlack;

  explicit SingleEncoder(int index_bits) : index_bits_(index_bits) {}

  /// \param values, runs  room for `dense.size() + kSlack` each
  /// \return elements stored
  std::size_t encode(std::span<const std::int16_t> dense, std::int16_t* values,
                     std::uint16_t* runs) const;

 private:
  std::size_t encode_each(std::span<const std::int16_t> dense, std::int16_t* values,
                          std::uint16_t* runs) const;
  std::size_t place_fillers(std::size_t count, std::int16_t* values, std::uint16_t* runs) const;

  int index_bits_;
};

/// Values and runs of one block of single elements.
struct CodedBlock {
  std::vector<std::int16_t> values;
  std::vector<std::uint16_t> runs;
};

/// Encodes a dense block of single elements.
/// \param dense       the block's elements in order
/// \param skip_zeros  false stores every element with run 0 (S33)
[[nodiscard]] CodedBlock encode_block(std::span<const std::int16_t> dense, int index_bits,
                                      bool skip_zeros);

/// The dense block of `length` elements a coded block stands for.
/// \throws InputError when values and runs disagree or reach past the block
[[nodiscard]] std::vector<std::int16_t> decode_block(const CodedBlock& block, std::size_t length);

/// Number of elements `encode_block` would store, placeholders included.
[[nodiscard]] std::size_t stored_elements(std::span<const std::int16_t> dense, int index_bits,
                                          bool skip_zeros);

}  // namespace scnn::sparse
