#include "sim/trace_detail.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "memory/activation_buffer.hpp"
#include "memory/dram.hpp"
#include "pe/activation_tile.hpp"

namespace scnn::sim {
namespace {

// Bytes of an event with numbers of seven digits, rounded up.
constexpr double kActivityBytes = 96, kChannelBytes = 150, kGroupBytes = 200, kCounterBytes = 100;

/// Work of one PE in one tile.
TraceWork pe_work(const pe::TileJob& job, std::int64_t pe) {
  memory::ActivationBuffer activations;
  activations.load(pe::activation_layout(job, pe), *job.input);
  const auto I = static_cast<std::size_t>(job.arch->I);
  TraceWork work;
  for (std::size_t b = 0; b < job.stream->blocks.size(); ++b) {
    const std::uint64_t entries = job.stream->blocks[b].count;
    const std::size_t stored = activations.block(b % job.stream->blocks_per_group).size();
    work.vectors += entries;
    if (entries == 0 || stored == 0) continue;
    ++work.channels;
    work.steps += entries * ((stored + I - 1) / I);
  }
  return work;
}

std::uint64_t groups_of(const memory::WeightStream& stream) {
  std::uint64_t groups = 0;
  for (std::size_t g = 0; g < stream.groups(); ++g)
    groups += stream.group_first[g] < stream.group_first[g + 1] ? 1 : 0;
  return groups;
}

}  // namespace

std::string_view name_of(pe::TraceDetail detail) {
  switch (detail) {
    case pe::TraceDetail::group:
      return "group";
    case pe::TraceDetail::channel:
      return "channel";
    case pe::TraceDetail::step:
      break;
  }
  return "step";
}

std::string name_of(const pe::TraceLevel& level) {
  return level.channels == 1 ? std::string(name_of(level.detail))
                             : fmt::format("{} (by {})", name_of(level.detail), level.channels);
}

std::int64_t sample_cycles(pe::TraceDetail detail) {
  return detail == pe::TraceDetail::step ? 8 : 256;
}

TraceWork trace_work(const LayerJob& job, const TraceOptions& options, pe::Workers& workers) {
  TraceWork sum;
  for (const pe::TileJob& tile : job.tiles()) {
    std::vector<std::int64_t> pes = options.pes;
    if (pes.empty())
      for (std::int64_t p = 0; p < tile.arch->pe_count(); ++p) pes.push_back(p);
    std::vector<TraceWork> works(pes.size());
    workers.for_each(pes.size(), [&](std::size_t i) { works[i] = pe_work(tile, pes[i]); });
    std::uint64_t most_steps = 0;
    for (const TraceWork& work : works) {
      sum.channels += work.channels;
      sum.steps += work.steps;
      sum.vectors += work.vectors;
      most_steps = std::max(most_steps, work.steps);
    }
    sum.pes = pes.size();
    sum.channels_of_group = static_cast<std::uint64_t>(tile.shape->group_C());
    sum.groups += groups_of(*tile.stream);
    // Bank conflicts and barriers seldom cost more cycles than the steps take.
    sum.cycles += std::max(2 * most_steps,
                           memory::transfer_cycles(tile.stream->footprint_bits(), tile.arch->dram));
  }
  return sum;
}

double trace_bytes(const TraceWork& work, const pe::TraceLevel& level, double window) {
  const auto pes = static_cast<double>(work.pes);
  const auto cycles = static_cast<double>(work.cycles);
  // A PE-cycle begins at most one slice of a level, and slices do not crowd more than so much.
  constexpr double kCrowd = 4.0;
  const double share = std::min(1.0, kCrowd * window / std::max(cycles, 1.0));
  const auto within = [&](double count) { return std::min(count * share, window * pes); };
  const auto groups = static_cast<double>(work.groups);
  const double samples =
      std::min(cycles, window) / static_cast<double>(sample_cycles(level.detail));
  // Per group and PE a slice, and two waits for the array; the array's own tracks.
  double bytes = within(groups * pes) * (kGroupBytes + 2 * kActivityBytes) +
                 groups * 4 * kGroupBytes + samples * 4 * kCounterBytes;
  if (level.detail == pe::TraceDetail::group) return bytes;
  const auto channels = static_cast<double>(level.channels);
  const double shared = std::ceil(static_cast<double>(work.channels_of_group) / channels);
  const double slices = channels == 1.0
                            ? static_cast<double>(work.channels)
                            : std::min(static_cast<double>(work.channels), groups * pes * shared);
  bytes += within(slices + groups * pes) * kChannelBytes + samples * pes * kCounterBytes;
  if (level.detail == pe::TraceDetail::channel) return bytes;
  // A step issues and may stall; a vector may be late, and held up.
  return bytes + within(2.0 * static_cast<double>(work.steps + work.vectors)) * kActivityBytes;
}

pe::TraceLevel choose_level(const LayerJob& job, const TraceOptions& options,
                            pe::Workers& workers) {
  if (options.detail) return {*options.detail};
  const double window = options.last_cycle < 0
                            ? std::numeric_limits<double>::infinity()
                            : static_cast<double>(options.last_cycle - options.first_cycle) + 1.0;
  const TraceWork work = trace_work(job, options, workers);
  pe::TraceLevel level{pe::TraceDetail::step};
  if (trace_bytes(work, level, window) <= kTraceBudget) return level;
  level.detail = pe::TraceDetail::channel;
  for (const auto most = static_cast<std::int64_t>(work.channels_of_group); level.channels < most;
       level.channels *= 2)
    if (trace_bytes(work, level, window) <= kTraceBudget) return level;
  return {pe::TraceDetail::group};
}

}  // namespace scnn::sim
