/// Adds up rows of counts per bank, with run-time dispatch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace scnn::pe {

/// A weight of a vector, for every class of activations.
struct RowWeight {
  const std::uint64_t* row = nullptr;      ///< with the one weight in it; empty if that is zero
  const std::uint64_t* updates = nullptr;  ///< by class: all ones where it counts, else zero
};

/// How the rows of some vectors are laid out.
struct RowLayout {
  static constexpr std::size_t kMostWeights = 16;  ///< F

  std::size_t words = 0;      ///< of a row, a multiple of 8
  bool halves_equal = false;  ///< the second half of every row is the first once more
  std::size_t classes = 0;
  std::size_t weights = 0;  ///< of a vector
};

/// Writes for each vector a row per class, one behind the other: in each the sum of the weights
/// that count in it; then a row of zeros. Lanes do not overflow. \param weights  of all vectors,
/// one after the other
void add_rows(std::uint64_t* rows, const RowLayout& layout, std::span<const RowWeight> weights);

}  // namespace scnn::pe
