#include "sim/array_tracks.hpp"

#include <fmt/format.h>

#include <utility>

namespace scnn::sim {
namespace {

std::string group_name(std::size_t g) { return fmt::format("group {}", g); }

std::uint64_t bits_of(const memory::WeightStream& stream, std::size_t entries) {
  return entries == 0 ? 0 : stream.bits[entries - 1];
}

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
  std::int64_t from = job.arch->dram.latency_cycles;
  if (first.front() != first.back()) sheet_.slice({kDramTrack, "dram", "latency", 0, from}, {});
  for (std::size_t g = 0; g < supply.groups().size(); ++g) {
    const std::int64_t end = supply.groups()[g].on_chip;
    if (end < 0) continue;
    const std::uint64_t bits = bits_of(*job.stream, first[g + 1]) - bits_of(*job.stream, first[g]);
    sheet_.slice({kDramTrack, "dram", group_name(g), from, end},
                 fmt::format(R"("weight_bits":{})", bits));
    from = end;
  }
}

void ArrayTracks::broadcast_slices(const pe::TileJob& job, const SupplyTrace& supply) {
  const auto& first = job.stream->group_first;
  std::int64_t free = 0;  // two groups can share a cycle; slices of a track do not
  for (std::size_t g = 0; g < supply.groups().size(); ++g) {
    const SupplyTrace::Group& group = supply.groups()[g];
    if (group.first_sent < 0) continue;
    const std::int64_t from = std::max(free, group.first_sent);
    free = group.last_sent + 1;
    sheet_.slice({kBroadcastTrack, "broadcast", group_name(g), from, free},
                 fmt::format(R"("weight_vectors":{})", first[g + 1] - first[g]));
  }
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
