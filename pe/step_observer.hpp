/// Hears where a PE's steps are placed in time; what it does changes nothing.
#pragma once

#include <cstddef>
#include <cstdint>

namespace scnn::pe {

/// A step and the cycles since the one before it; of the tile.
struct PlacedStep {
  std::size_t block = 0;     ///< channel and phase of the group
  std::size_t entry = 0;     ///< its weight vector
  std::size_t unwaited = 0;  ///< entries before this one have arrived
  std::int64_t from = 0;     ///< `[from, ready)`: a queue is above the threshold
  std::int64_t ready = 0;    ///< `[ready, cycle)`: the weight vector has not arrived
  std::int64_t cycle = 0;    ///< the step issues
};

/// What follows the last step of a group, or all of it when there is no step.
struct PlacedTail {
  std::size_t unwaited = 0;   ///< entries before this one have arrived
  std::size_t group_end = 0;  ///< first entry of the next group
  std::int64_t from = 0;      ///< `[from, popped)`: entries are left to be popped
  std::int64_t popped = 0;    ///< `[popped, finish)`: queues are not empty
  std::int64_t finish = 0;
};

class StepObserver {
 public:
  virtual ~StepObserver() = default;
  /// Called before the step's updates join their queues.
  virtual void step(const PlacedStep& placed) = 0;
  virtual void tail(const PlacedTail& placed) = 0;
};

}  // namespace scnn::pe
