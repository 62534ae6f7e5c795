/// The inner loop of the reference convolution, with run-time dispatch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace scnn::workloads {

/// Output positions summed at a time, at most.
inline constexpr std::size_t kPositions = 128;

/// One weight of an output channel that is not zero.
struct ReferenceTerm {
  std::uint32_t number = 0;  ///< (c, r, s), s fastest
  std::int16_t weight = 0;
  /// No sum of products since the last term marked so can leave 32 bits; before this one
  /// they are moved into 64.
  bool widen = false;
};

/// `sums[i] += sum over terms of weight * inputs[number][i]`, exactly.
/// \param inputs     `[number][kPositions]`
/// \param sums       `[kPositions]`
/// \param positions  i below which sums are wanted; those behind it are numbers without meaning
void add_terms(std::span<const ReferenceTerm> terms, const std::int16_t* inputs, std::int64_t* sums,
               std::size_t positions);

}  // namespace scnn::workloads
