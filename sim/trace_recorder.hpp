/// Writes a timeline of a run from what an observer of either engine tells (docs/trace.md).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "memory/architecture.hpp"
#include "memory/counters.hpp"
#include "pe/timeline.hpp"
#include "sim/array_tracks.hpp"
#include "sim/layer_job.hpp"
#include "sim/run.hpp"
#include "sim/trace_options.hpp"
#include "sim/trace_sheet.hpp"

namespace scnn::sim {

/// Contract: `begin_layer`, then for each tile the timelines of each group and `end_group`, then
/// `end_tile`; `end_layer`. Memory follows the group that takes longest.
class TraceRecorder {
 public:
  /// \throws OutputError when the file cannot be created, InputError for a PE that is not in
  ///         the array
  TraceRecorder(const TraceOptions& options, const memory::Architecture& arch);

  /// PEs that are traced.
  [[nodiscard]] const std::vector<std::int64_t>& pes() const { return options_.pes; }

  /// \param job  outlives the layer
  void begin_layer(const LayerJob& job, const pe::TraceLevel& level);
  /// The window has part of these cycles of the tile.
  [[nodiscard]] bool shows(std::int64_t from, std::int64_t to) const {
    return sheet_.shows(from, to);
  }
  [[nodiscard]] std::int64_t sample_cycles() const { return sample_cycles_; }
  [[nodiscard]] const pe::TileJob& tile() const { return job_->tiles()[tile_]; }
  /// Takes the cycles of a group for the i-th traced PE: from the barrier before the group to
  /// its own, or from the tile's last barrier to its end.
  [[nodiscard]] pe::Timeline& timeline(std::size_t i) { return timelines_[i]; }
  void end_group(std::int64_t group);
  /// \param groups  when they are all that the tile has
  void end_tile(const std::vector<GroupTime>& groups, const SupplyTrace& supply,
                std::int64_t cycles);
  /// \param pes  counters of every PE
  /// \throws ModelError when the cycles told are not those that were counted
  void end_layer(const memory::Counters& layer, std::span<const memory::Counters> pes);

  /// Gives the file its name. \throws OutputError
  void commit();
  [[nodiscard]] TraceSummary summary() const;

 private:
  void name_tracks(const memory::Architecture& arch);
  void begin_timelines();
  void pe_slices(std::size_t i, std::int64_t group);
  void block_slices(const TraceTrack& track, const pe::Timeline& timeline);
  void pe_samples(std::size_t i);
  void array_samples();
  void tell_pe(std::size_t i, const pe::Occupancy& now);
  void tell_array(const pe::Occupancy& now);
  void check(std::span<const memory::Counters> pes) const;
  [[nodiscard]] std::string block_name(std::int32_t block) const;

  TraceOptions options_;
  std::int64_t columns_;
  TraceSheet sheet_;
  ArrayTracks array_;
  const LayerJob* job_ = nullptr;
  pe::TraceLevel level_;
  std::int64_t phases_ = 1;
  std::int64_t sample_cycles_ = 1;
  std::size_t tile_ = 0;
  std::int64_t layer_origin_ = 0;
  std::vector<pe::Timeline> timelines_;
  std::vector<pe::Occupancy> told_;  ///< last, by traced PE
  pe::Occupancy told_sum_;
  std::vector<std::array<std::uint64_t, pe::kActivities.size()>> totals_;  ///< of the layer
  TraceSummary summary_;
};

}  // namespace scnn::sim
