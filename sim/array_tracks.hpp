/// The tracks of a timeline that show the whole array: layers, DRAM, broadcast, PPUs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "memory/architecture.hpp"
#include "memory/counters.hpp"
#include "sim/detail.hpp"
#include "sim/layer_job.hpp"
#include "sim/supply_trace.hpp"
#include "sim/trace_sheet.hpp"

namespace scnn::sim {

/// Process and track numbers of the file.
inline constexpr std::int64_t kArrayProcess = 1, kQueueProcess = 2;
inline constexpr TraceTrack kLayerTrack{kArrayProcess, 1}, kDramTrack{kArrayProcess, 2},
    kBroadcastTrack{kArrayProcess, 3}, kPpuTrack{kArrayProcess, 4};
inline constexpr std::int64_t kFirstPeTrack = 10;

class ArrayTracks {
 public:
  explicit ArrayTracks(TraceSheet& sheet) : sheet_(sheet) {}

  void name_tracks();
  /// \param groups  in cycles of the tile
  void tile(const pe::TileJob& job, const std::vector<GroupTime>& groups, const SupplyTrace& supply,
            std::int64_t cycles);
  /// The layer, around the tiles since the layer before.
  /// \param args  of its slice
  /// \param end   cycles of the layer
  void layer(const std::string& name, std::string_view args, std::int64_t end);

 private:
  /// What is drawn below the layer's slice, in cycles of the run.
  struct Tile {
    std::int64_t origin = 0, cycles = 0, conv_group = 0;
    std::vector<GroupTime> groups;
    std::vector<std::int64_t> first_channel, channels;
  };

  void dram_slices(const pe::TileJob& job, const SupplyTrace& supply);
  void broadcast_slices(const pe::TileJob& job, const SupplyTrace& supply);
  void drain_slices(const pe::TileJob& job, const std::vector<GroupTime>& groups);
  void supply_rates(const pe::TileJob& job, const SupplyTrace& supply);
  void rate(bool dram, std::int64_t cycle, double value);
  void tile_slices(const Tile& tile, std::size_t number, bool alone);

  TraceSheet& sheet_;
  std::vector<Tile> tiles_;
  double dram_rate_ = 0.0, broadcast_rate_ = 0.0;  ///< as last told
};

}  // namespace scnn::sim
