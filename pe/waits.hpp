/// What a PE that lacks a weight vector waits for, cycle by cycle (machine.md S28).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "memory/time_kernel.hpp"
#include "pe/group_times.hpp"

namespace scnn::pe {

/// Calls `visit(from, to, late)` for the parts `[from, to)` of the wait `[from, end)`, in order:
/// `late` when the supply is what the PE waits for, else a slower PE is.
///
/// \param first  an entry at or before the first that arrives at `from` or later, none of
///               whose predecessors in the group does
/// \param last   the entry whose arrival ends the wait, or the group's last
template <class Visit>
void visit_waits(const ArrivalView& arrivals, std::size_t first, std::size_t last,
                 std::int64_t from, std::int64_t end, Visit&& visit) {
  for (std::size_t i = first; i <= last && from < end; ++i) {
    if (arrivals.cycle[i] < from) continue;
    const std::int64_t arrived = std::min(end, arrivals.cycle[i] + 1);
    const std::int64_t late = std::min(arrived, arrivals.late_until[i] + 1);
    if (from < late) visit(from, late, true);
    if (std::max(from, late) < arrived) visit(std::max(from, late), arrived, false);
    from = arrived;
  }
  if (from < end) visit(from, end, false);
}

/// How a group goes for a PE without activations: it pops each vector as it arrives (S20).
/// \param first, end  entries of the group, counted from the first that `arrivals` tells of
/// \param start       first cycle of the group
inline GroupTimes idle_times(const ArrivalView& arrivals, std::size_t first, std::size_t end,
                             std::int64_t start) {
  GroupTimes times;
  times.finish = start;
  if (first == end) return times;
  times.finish = std::max(start, arrivals.cycle[end - 1] + 1) + 1;
  times.weight_wait = static_cast<std::uint64_t>(memory::late_waits(
      {arrivals.cycle + first, end - first}, arrivals.late_until + first, start));
  times.backpressure_wait = static_cast<std::uint64_t>(times.finish - start) - times.weight_wait;
  return times;
}

}  // namespace scnn::pe
