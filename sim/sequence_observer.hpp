/// Hears what the sequencer concludes; what it does changes nothing.
#pragma once

#include <cstdint>

#include "sim/detail.hpp"

namespace scnn::sim {

/// Called in the kernel, in both engines with the same values. Cycles of the tile.
class SequenceObserver {
 public:
  virtual ~SequenceObserver() = default;
  /// Groups of a tile in order; in the clocked machine at the tile's end.
  virtual void group_drained(const GroupTime& times) = 0;
  /// The last drain is over, and no unit has gone on to the next tile.
  virtual void tile_over(std::int64_t cycles) = 0;
};

}  // namespace scnn::sim
