/// What one PE did while a group ran, as intervals of cycles (docs/trace.md).
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "pe/activity.hpp"

namespace scnn::pe {

/// How far a trace resolves what a PE does; each level holds what those before it hold.
enum class TraceDetail : std::uint8_t { group, channel, step };

struct TraceLevel {
  TraceDetail detail = TraceDetail::group;
  std::int64_t channels = 1;  ///< input channels that share a slice; of `channel` alone
  friend bool operator==(const TraceLevel&, const TraceLevel&) = default;
};

/// No block (channel, phase): the PE's steps of the group have all issued.
inline constexpr std::int32_t kNoBlock = -1;

/// Cycles by activity, and the stretch of time in which they lie.
struct Share {
  std::int64_t first = 0, end = 0;
  std::array<std::uint64_t, kActivities.size()> cycles{};

  /// \pre `from < to`, and nothing was added behind `from`
  void add(Activity activity, std::int64_t from, std::int64_t to);
};

/// Cycles `[first, end)` of one activity.
struct Stretch {
  Activity activity = Activity::none;
  std::int32_t block = kNoBlock;
  std::int64_t first = 0, end = 0;
  friend bool operator==(const Stretch&, const Stretch&) = default;
};

struct BlockShare {
  std::int32_t block = kNoBlock;  ///< the first of those that count as one
  Share share;
};

/// What a PE's queues hold at the end of a cycle.
struct Occupancy {
  std::int64_t cycle = 0;
  std::int64_t updates = 0;  ///< in its bank queues
  std::int64_t vectors = 0;  ///< in its weight FIFO; one that arrives in the cycle does not count
  friend bool operator==(const Occupancy&, const Occupancy&) = default;
};

/// Merges what both engines tell of a PE's cycles, one at a time or many, into the same
/// intervals.
///
/// Contract: cycles are told in order, each once; what lies outside the scope is dropped.
class Timeline {
 public:
  /// Cycles of the tile.
  struct Scope {
    TraceDetail detail = TraceDetail::group;
    std::int32_t blocks = 1;  ///< that count as one: a channel's phases, some channels
    std::int64_t first = 0;
    std::int64_t end = std::numeric_limits<std::int64_t>::max();
    std::int64_t sample_cycles = 1;  ///< occupancy is sampled in every so many-th cycle
  };

  /// Forgets everything.
  void begin(const Scope& scope);
  /// Cycles `[from, to)`.
  /// \param block  of the step that issues or is waited for; `kNoBlock` after the last
  void add(Activity activity, std::int32_t block, std::int64_t from, std::int64_t to);
  /// First cycle from `cycle` on whose occupancy is wanted; far away when there is none.
  [[nodiscard]] std::int64_t next_sample(std::int64_t cycle) const;
  void sample(const Occupancy& occupancy) { samples_.push_back(occupancy); }

  /// The group's cycles but those that wait for the array.
  [[nodiscard]] const Share& group() const { return group_; }
  /// The same by blocks that count as one, from `channel` on.
  [[nodiscard]] const std::vector<BlockShare>& blocks() const { return blocks_; }
  /// The same as intervals, for `step`; they end where their block's share ends.
  [[nodiscard]] const std::vector<Stretch>& stretches() const { return stretches_; }
  /// Cycles that wait for the array.
  [[nodiscard]] const std::vector<Stretch>& waits() const { return waits_; }
  [[nodiscard]] const std::vector<Occupancy>& samples() const { return samples_; }

 private:
  Scope scope_;
  Share group_;
  std::vector<BlockShare> blocks_;
  std::vector<Stretch> stretches_, waits_;
  std::vector<Occupancy> samples_;
};

}  // namespace scnn::pe
