/// Picks out what is not zero, with run-time dispatch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace scnn::sparse {

/// Numbers that `pick_nonzero` may write behind the last that counts.
inline constexpr std::size_t kPickSlack = 64;
/// Elements of which the gaps between those picked can be told.
inline constexpr std::size_t kMostToPick = 65535;

/// What was picked from some elements.
struct Picked {
  std::size_t count = 0;
  std::uint16_t longest_gap = 0;
};

/// Copies the elements that are not zero, in order, and tells how many zeros each has before it.
/// \param dense         at most kMostToPick
/// \param values, gaps  room for `dense.size() + kPickSlack` each
[[nodiscard]] Picked pick_nonzero(std::span<const std::int16_t> dense, std::int16_t* values,
                                  std::uint16_t* gaps);

}  // namespace scnn::sparse
