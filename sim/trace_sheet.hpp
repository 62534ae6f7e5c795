/// Trace events of one window of the run, told in cycles of the tile.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string_view>

#include "sim/trace_events.hpp"
#include "sim/trace_options.hpp"

namespace scnn::sim {

/// Moves events to where the tile lies in the run, and cuts them to the window.
class TraceSheet {
 public:
  TraceSheet(const TraceOptions& options, const nlohmann::ordered_json& facts)
      : events_(options.file, facts),
        first_(options.first_cycle),
        end_(options.last_cycle < 0 ? std::numeric_limits<std::int64_t>::max()
                                    : options.last_cycle + 1) {}

  [[nodiscard]] TraceEvents& events() { return events_; }
  [[nodiscard]] const TraceEvents& events() const { return events_; }
  /// Cycle of the run in which the tile begins.
  [[nodiscard]] std::int64_t origin() const { return origin_; }
  void move_to(std::int64_t origin) { origin_ = origin; }

  /// The window in cycles of the tile.
  [[nodiscard]] std::int64_t first() const { return first_ - origin_; }
  [[nodiscard]] std::int64_t end() const {
    return end_ == std::numeric_limits<std::int64_t>::max() ? end_ : end_ - origin_;
  }
  [[nodiscard]] bool shows(std::int64_t from, std::int64_t to) const {
    return from < to && from < end() && to > first();
  }

  /// \param args  as for TraceEvents
  void slice(const TraceEvents::Slice& whole, std::string_view args) {
    if (!shows(whole.first, whole.end)) return;
    TraceEvents::Slice cut = whole;
    cut.first = std::max(whole.first, first()) + origin_;
    cut.end = std::min(whole.end, end()) + origin_;
    events_.slice(cut, args);
  }
  void counter(std::int64_t process, std::string_view name, std::int64_t cycle,
               std::string_view values) {
    if (shows(cycle, cycle + 1)) events_.counter(process, name, cycle + origin_, values);
  }

 private:
  TraceEvents events_;
  std::int64_t first_, end_, origin_ = 0;
};

}  // namespace scnn::sim
