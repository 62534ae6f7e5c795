#include "sim/array_tracks.hpp"

#include <fmt/format.h>

#include <utility>

namespace scnn::sim {
namespace {

std::string group_name(std::size_t g) { return fmt::format("group {}", g); }

std::uint64_t bits_of(const memory::WeightStream& stream, std::size_t entries) {
  return entries == 0 ? 0 : stream.bits[entries - 1];
}

/// Slices of groups that come one after the other on a track. One begins where the one before
/// ends; a group that is over by then shares the slice.
class GroupSlices {
 public:
  /// \param from    an empty slice where the first begins
  /// \param amount  what the slices carry
  GroupSlices(TraceSheet& sheet, const TraceEvents::Slice& from, const char* amount)
      : sheet_(sheet), slice_(from), amount_(amount) {}
  void add(std::size_t group, std::int64_t from, std::int64_t end, std::uint64_t amount) {
    if (end > slice_.end) {
      flush();
      slice_.first = std::max(from, slice_.end);
      slice_.end = end;
      first_group_ = group;
      sum_ = 0;
    }
    last_group_ = group;
    sum_ += amount;
  }
  /// Writes the slice that is open; call it at the end.
  void flush() {
    const std::string name = first_group_ == last_group_
                                 ? group_name(first_group_)
                                 : fmt::format("groups {}-{}", first_group_, last_group_);
    TraceEvents::Slice slice = slice_;
    slice.name = name;
    sheet_.slice(slice, fmt::format(R"("{}":{})", amount_, sum_));
  }

 private:
  TraceSheet& sheet_;
  TraceEvents::Slice slice_;
  const char* amount_;
  std::size_t first_group_ = 0, last_group_ = 0;
  std::uint64_t sum_ = 0;
};

}  // namespace

void ArrayTracks::name_tracks() {
  TraceEvents& events = sheet_.events();
  events.name_track(kLayerTrack, "layers");
  events.name_track(kDramTrack, "DRAM");
  events.name_track(kBroadcastTrack, "broadcast");
  events.name_track(kPpuTrack, "PPU");
}

void ArrayTracks::tile(const pe::TileJob& job, const std::vector<GroupTime>& groups,
                       const SupplyTrace& supply, std::int64_t cycles) {
  dram_slices(job, supply);
  broadcast_slices(job, supply);
  drain_slices(job, groups);
  supply_rates(job, supply);
  Tile& tile = tiles_.emplace_back(Tile{sheet_.origin(), cycles, job.conv_group, groups, {}, {}});
  for (std::int64_t g = 0; g < job.groups(); ++g) {
    tile.first_channel.push_back(job.first_channel(g));
    tile.channels.push_back(job.channels(g));
  }
}

void ArrayTracks::dram_slices(const pe::TileJob& job, const SupplyTrace& supply) {
  const auto& first = job.stream->group_first;
  if (first.front() == first.back()) return;
  const std::int64_t latency = job.arch->dram.latency_cycles;
  sheet_.slice({kDramTrack, "dram", "latency", 0, latency}, {});
  GroupSlices slices(sheet_, {kDramTrack, "dram", {}, latency, latency}, "weight_bits");
  for (std::size_t g = 0; g < supply.groups().size(); ++g)
    if (const SupplyTrace::Group& group = supply.groups()[g]; group.on_chip >= 0)
      slices.add(g, latency, group.on_chip,
                 bits_of(*job.stream, first[g + 1]) - bits_of(*job.stream, first[g]));
  slices.flush();
}

void ArrayTracks::broadcast_slices(const pe::TileJob& job, const SupplyTrace& supply) {
  const auto& first = job.stream->group_first;
  GroupSlices slices(sheet_, {kBroadcastTrack, "broadcast", {}, 0, 0}, "weight_vectors");
  for (std::size_t g = 0; g < supply.groups().size(); ++g)
    if (const SupplyTrace::Group& group = supply.groups()[g]; group.first_sent >= 0)
      slices.add(g, group.first_sent, group.last_sent + 1, first[g + 1] - first[g]);
  slices.flush();
}

void ArrayTracks::drain_slices(const pe::TileJob& job, const std::vector<GroupTime>& groups) {
  std::int64_t sent = 0, before = 0;
  for (const pe::DrainShare& share : job.shares) sent += share.sent;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const std::int64_t from = std::max(groups[g].barrier, before);
    before = groups[g].drain_end;
    const std::int64_t channels = job.channels(static_cast<std::int64_t>(g));
    sheet_.slice({kPpuTrack, "ppu", group_name(g), from, before},
                 fmt::format(R"("halo_transfers":{})", sent * channels));
  }
}

void ArrayTracks::supply_rates(const pe::TileJob& job, const SupplyTrace& supply) {
  SupplyTrace::Sample before;
  for (const SupplyTrace::Sample& s : supply.samples()) {
    const auto cycles = static_cast<double>(s.end - before.end);
    const std::uint64_t bits =
        bits_of(*job.stream, s.on_chip) - bits_of(*job.stream, before.on_chip);
    rate(true, before.end, static_cast<double>(bits) / (8.0 * cycles));
    rate(false, before.end, static_cast<double>(s.sent - before.sent) / cycles);
    before = s;
  }
}

void ArrayTracks::rate(bool dram, std::int64_t cycle, double value) {
  double& told = dram ? dram_rate_ : broadcast_rate_;
  if (value == told || !sheet_.shows(cycle, cycle + 1)) return;
  told = value;
  if (dram)
    sheet_.counter(kArrayProcess, "DRAM", cycle,
                   fmt::format(R"("weight bytes per cycle":{})", value));
  else
    sheet_.counter(kArrayProcess, "broadcast", cycle,
                   fmt::format(R"("weight vectors per cycle":{})", value));
}

void ArrayTracks::layer(const std::string& name, std::string_view args, std::int64_t end) {
  const std::string quoted = json_string(name);
  sheet_.slice(
      {kLayerTrack, "layer", std::string_view(quoted).substr(1, quoted.size() - 2), 0, end}, args);
  const std::int64_t origin = sheet_.origin();
  for (std::size_t t = 0; t < tiles_.size(); ++t) {
    sheet_.move_to(tiles_[t].origin);
    tile_slices(tiles_[t], t, tiles_.size() == 1);
  }
  sheet_.move_to(origin);
  tiles_.clear();
  rate(true, end, 0.0);
  rate(false, end, 0.0);
}

void ArrayTracks::tile_slices(const Tile& tile, std::size_t number, bool alone) {
  if (!alone)
    sheet_.slice({kLayerTrack, "tile", fmt::format("tile {}", number), 0, tile.cycles},
                 fmt::format(R"("convolution_group":{})", tile.conv_group));
  for (std::size_t g = 0; g < tile.groups.size(); ++g)
    sheet_.slice(
        {kLayerTrack, "array_group", group_name(g), tile.groups[g].start, tile.groups[g].barrier},
        fmt::format(R"("first_output_channel":{},"output_channels":{},"first_finish":{})",
                    tile.first_channel[g], tile.channels[g],
                    tile.groups[g].first_finish + tile.origin));
}

}  // namespace scnn::sim
