/// Which members of a team a mask names.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "pe/team_operands.hpp"

namespace scnn::pe {

static_assert(kTeam <= 8, "masks of members are bytes");
static_assert(std::endian::native == std::endian::little, "lists are stored as words");

/// Numbers of the members that a mask names, a byte each, the first in the lowest.
inline constexpr std::array<std::uint64_t, 1 << kTeam> kMembersOf = [] {
  std::array<std::uint64_t, 1 << kTeam> lists{};
  for (std::size_t mask = 0; mask < lists.size(); ++mask)
    for (std::uint64_t p = 0, n = 0; p < kTeam; ++p)
      if ((mask >> p & 1) != 0) lists[mask] |= p << (8 * n++);
  return lists;
}();

}  // namespace scnn::pe
