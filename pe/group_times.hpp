/// What goes into the steps of a group, and what comes out of them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace scnn::pe {

/// What is known of the broadcast: entries up to `known` of the tile's stream.
struct ArrivalView {
  std::size_t known = 0;
  const std::int64_t* cycle = nullptr;  ///< D[j] (S23)
  /// Last cycle with a late supply (S28): no later than the arrival.
  const std::int64_t* late_until = nullptr;
  std::size_t first = 0;  ///< entry that both begin with
};

/// How a group went for one PE (S28); of cycles until it finished.
struct GroupTimes {
  std::int64_t finish = 0;  ///< cycles elapsed when it had finished (S21)
  std::uint64_t bank_stall = 0, weight_wait = 0, backpressure_wait = 0;
};

}  // namespace scnn::pe
