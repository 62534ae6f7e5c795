/// Adds up rows of counts per bank, with run-time dispatch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace scnn::pe {

/// The weights of one weight vector that are not zero, for every class of activations.
struct RowWeights {
  static constexpr std::size_t kMost = 16;  ///< F
  std::size_t count = 0;
  const std::uint64_t* row[kMost];      ///< a row with the one weight in it
  const std::uint64_t* updates[kMost];  ///< by class: all ones where it counts, else zero
};

/// Writes for each vector `classes` rows, one behind the other: in each the sum of the weights that
/// count in its class; then a row of zeros. Lanes do not overflow.
/// \param words  of a row, a multiple of 8
void add_rows(std::uint64_t* rows, std::size_t words, std::size_t classes,
              std::span<const RowWeights> vectors);

}  // namespace scnn::pe
