/// A PE by the letter of S15 to S21 and S28: every cycle is visited, nothing is skipped.
#pragma once

#include <cstdint>
#include <vector>

#include "memory/counters.hpp"
#include "memory/iaram.hpp"
#include "pe/tile_job.hpp"

namespace scnn::test {

/// When the entries of a tile arrive, and until when their supply was late.
struct ArrivalTimes {
  std::vector<std::int64_t> cycle, late_until;
};

/// What becomes of one K-group.
struct GroupResult {
  std::vector<std::int64_t> pops;  ///< of the group's entries, in order
  std::int64_t finish = 0;
  std::vector<std::int64_t> sums;  ///< by window address
  memory::Counters counters;       ///< activities until `finish`, work, iaram_reads
};

/// Runs group `group` from cycle `start` on.
[[nodiscard]] GroupResult run_group_by_rule(const pe::TileJob& job, std::int64_t pe,
                                            const memory::ActivationBuffer& activations,
                                            const ArrivalTimes& arrivals, std::int64_t group,
                                            std::int64_t start);

}  // namespace scnn::test
