/// A file of trace events, for Perfetto and others that read Chrome's format.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "sim/atomic_file.hpp"

namespace scnn::sim {

/// Where an event is drawn.
struct TraceTrack {
  std::int64_t process = 0, thread = 0;
};

/// Writes events as they come; memory does not grow with the file.
///
/// Contract: slices of a track nest, and of those that begin together the outer comes first.
/// Names of slices and counters are written as they are.
class TraceEvents {
 public:
  /// \param facts  `otherData` of the file
  /// \throws OutputError when the file cannot be created
  TraceEvents(const std::string& file, const nlohmann::ordered_json& facts);

  void name_process(std::int64_t process, std::string_view name);
  void name_track(const TraceTrack& track, std::string_view name);

  struct Slice {
    TraceTrack track;
    std::string_view category, name;
    std::int64_t first = 0, end = 0;  ///< cycles of the run
  };
  /// \param args  members of an object, `"steps":3`; empty for none
  void slice(const Slice& slice, std::string_view args);
  /// Values from a cycle on. \param values  members of an object
  void counter(std::int64_t process, std::string_view name, std::int64_t cycle,
               std::string_view values);

  /// Bytes so far.
  [[nodiscard]] std::uint64_t bytes() const { return written_ + buffer_.size(); }
  /// Ends the file and gives it its name. \throws OutputError
  void commit();

 private:
  void begin_event();
  void end_event();
  void name(std::string_view kind, const TraceTrack& track, std::string_view name);

  AtomicFile file_;
  fmt::memory_buffer buffer_;
  std::uint64_t written_ = 0;
  bool any_ = false;
};

/// A JSON string with its quotes; bytes that are not UTF-8 are replaced.
[[nodiscard]] std::string json_string(std::string_view text);

}  // namespace scnn::sim
