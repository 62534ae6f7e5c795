/// The inner loop of the reference convolution, with run-time dispatch. What it has in common with
/// the machine's own sums (pe/position_kernel) is written twice on purpose.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace scnn::workloads {

/// Output positions summed at a time, at most.
inline constexpr std::size_t kPositions = 128;

/// Two weights of an output channel that are not zero; or one, and a weight of zero.
struct ReferenceTerms {
  std::uint32_t number[2] = {};  ///< (c, r, s), s fastest
  std::int16_t weight[2] = {};
  /// No sum of products since the last terms marked so can leave 32 bits; before these
  /// they are moved into 64.
  bool widen = false;
};

/// `sums[i] += sum over terms of weight * inputs[number][i]`, exactly.
/// \param inputs     `[number][kPositions]`
/// \param sums       `[kPositions]`
/// \param positions  i below which sums are wanted; those behind it are numbers without meaning
void add_terms(std::span<const ReferenceTerms> terms, const std::int16_t* inputs,
               std::int64_t* sums, std::size_t positions);

}  // namespace scnn::workloads
