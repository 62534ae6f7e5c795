/// How a K-group went, so that it need not be computed again.
///
/// The steps of a group are a function of when its weight vectors arrive, counted from the
/// group's start: bank conflicts, stalls and pops follow from that alone (S19, S20), since
/// every group begins with empty queues (S21).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "pe/group_times.hpp"
#include "pe/team_operands.hpp"

namespace scnn::pe {

/// Cycles are counted from the group's start; an entry that arrived before it counts as cycle
/// -1, whenever it was.
struct GroupRecord {
  struct Team {
    std::vector<std::int32_t> pops;         ///< of every entry, when the last member popped it
    std::array<GroupTimes, kTeam> times{};  ///< of members that have activations
  };

  std::size_t run_entries = 0;              ///< longest run of weight vectors (S15); 0: no record
  std::vector<std::int32_t> arrival, late;  ///< of every entry: D, and the end of late supply
  std::vector<Team> teams;
};

}  // namespace scnn::pe
