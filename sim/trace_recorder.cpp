#include "sim/trace_recorder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/trace_detail.hpp"
#include "sparse_formats/error.hpp"

namespace scnn::sim {
namespace {

using nlohmann::ordered_json;

constexpr const char* kTraceFormat = "scnn-trace/1";

TraceOptions checked(TraceOptions options, std::int64_t count) {
  for (const std::int64_t p : options.pes)
    if (p < 0 || p >= count)
      throw InputError("--trace-pes",
                       fmt::format("PE {} is not in the array, expected 0 to {}", p, count - 1));
  std::ranges::sort(options.pes);
  const auto repeated = std::ranges::unique(options.pes);
  options.pes.erase(repeated.begin(), repeated.end());
  if (options.pes.empty())
    for (std::int64_t p = 0; p < count; ++p) options.pes.push_back(p);
  return options;
}

ordered_json facts_of(const TraceOptions& options, const memory::Architecture& arch) {
  ordered_json facts;
  facts["format"] = kTraceFormat;
  facts["time_unit"] = "1 us of the timeline is 1 cycle of the machine";
  facts["program"] = options.program;
  facts["network"] = options.network;
  facts["architecture"] = arch.name;
  facts["pe_rows"] = arch.pe_rows;
  facts["pe_cols"] = arch.pe_cols;
  return facts;
}

/// Members of an object: the activities that occurred.
std::string activity_args(const pe::Share& share) {
  std::string args;
  for (std::size_t a = 0; a < share.cycles.size(); ++a)
    if (share.cycles[a] > 0)
      args += fmt::format(R"({}"{}":{})", args.empty() ? "" : ",", pe::kActivities[a].name,
                          share.cycles[a]);
  return args;
}

std::string occupancy_args(const pe::Occupancy& o) {
  return fmt::format(R"("queued updates":{},"weight vectors":{})", o.updates, o.vectors);
}

bool same(const pe::Occupancy& a, const pe::Occupancy& b) {
  return a.updates == b.updates && a.vectors == b.vectors;
}

}  // namespace

TraceRecorder::TraceRecorder(const TraceOptions& options, const memory::Architecture& arch)
    : options_(checked(options, arch.pe_count())),
      columns_(arch.pe_cols),
      sheet_(options_, facts_of(options_, arch)),
      array_(sheet_),
      timelines_(options_.pes.size()),
      told_(options_.pes.size()),
      totals_(options_.pes.size()) {
  name_tracks(arch);
}

void TraceRecorder::name_tracks(const memory::Architecture& arch) {
  TraceEvents& events = sheet_.events();
  events.name_process(kArrayProcess,
                      fmt::format("PE array {}x{}, {}", arch.pe_rows, arch.pe_cols, arch.name));
  events.name_process(kQueueProcess, "queues of the PEs");
  array_.name_tracks();
  for (const std::int64_t p : pes())
    events.name_track({kArrayProcess, kFirstPeTrack + p},
                      fmt::format("PE ({},{})", p / columns_, p % columns_));
}

void TraceRecorder::begin_layer(const LayerJob& job, const pe::TraceLevel& level) {
  job_ = &job;
  level_ = level;
  sample_cycles_ = sim::sample_cycles(level.detail);
  phases_ = pe::phase_split(*job.tiles().front().shape, *job.tiles().front().arch).count();
  tile_ = 0;
  for (auto& total : totals_) total.fill(0);
  begin_timelines();
}

void TraceRecorder::begin_timelines() {
  const pe::Timeline::Scope scope{level_.detail,
                                  static_cast<std::int32_t>(level_.channels * phases_),
                                  sheet_.first(), sheet_.end(), sample_cycles_};
  for (pe::Timeline& timeline : timelines_) timeline.begin(scope);
}

void TraceRecorder::end_group(std::int64_t group) {
  for (std::size_t i = 0; i < timelines_.size(); ++i) {
    const pe::Timeline& t = timelines_[i];
    for (std::size_t a = 0; a < pe::kActivities.size(); ++a) totals_[i][a] += t.group().cycles[a];
    for (const pe::Stretch& s : t.waits())
      totals_[i][static_cast<std::size_t>(s.activity)] +=
          static_cast<std::uint64_t>(s.end - s.first);
    pe_slices(i, group);
    if (level_.detail != pe::TraceDetail::group) pe_samples(i);
  }
  array_samples();
  begin_timelines();
}

void TraceRecorder::pe_slices(std::size_t i, std::int64_t group) {
  const pe::Timeline& t = timelines_[i];
  const TraceTrack track{kArrayProcess, kFirstPeTrack + pes()[i]};
  for (const pe::Stretch& s : t.waits())
    sheet_.slice({track, "activity", pe::info_of(s.activity).name, s.first, s.end}, {});
  const pe::Share& share = t.group();
  if (share.first == share.end) return;
  sheet_.slice({track, "group", fmt::format("group {}", group), share.first, share.end},
               activity_args(share));
  block_slices(track, t);
}

void TraceRecorder::block_slices(const TraceTrack& track, const pe::Timeline& timeline) {
  auto inner = timeline.stretches().begin();
  for (const pe::BlockShare& b : timeline.blocks()) {
    const std::string name = block_name(b.block);
    sheet_.slice({track, "channel", name, b.share.first, b.share.end}, activity_args(b.share));
    for (; inner != timeline.stretches().end() && inner->end <= b.share.end; ++inner)
      sheet_.slice({track, "activity", pe::info_of(inner->activity).name, inner->first, inner->end},
                   {});
  }
}

std::string TraceRecorder::block_name(std::int32_t block) const {
  if (block == pe::kNoBlock) return "after the last step";
  const std::int64_t base = tile().conv_group * tile().shape->group_C();
  const std::int64_t channel = block / phases_;
  if (level_.channels > 1)
    return fmt::format("channels {}-{}", base + channel,
                       base + std::min(channel + level_.channels, tile().shape->group_C()) - 1);
  return fmt::format("channel {}", base + channel);
}

void TraceRecorder::pe_samples(std::size_t i) {
  for (const pe::Occupancy& now : timelines_[i].samples())
    if (!same(now, told_[i])) tell_pe(i, now);
}

void TraceRecorder::tell_pe(std::size_t i, const pe::Occupancy& now) {
  told_[i] = now;
  const std::int64_t p = pes()[i];
  sheet_.counter(kQueueProcess, fmt::format("PE ({},{})", p / columns_, p % columns_), now.cycle,
                 occupancy_args(now));
}

/// All PEs are sampled in the same cycles.
void TraceRecorder::array_samples() {
  for (std::size_t n = 0; n < timelines_.front().samples().size(); ++n) {
    pe::Occupancy sum{timelines_.front().samples()[n].cycle, 0, 0};
    for (const pe::Timeline& t : timelines_) {
      sum.updates += t.samples()[n].updates;
      sum.vectors += t.samples()[n].vectors;
    }
    if (!same(sum, told_sum_)) tell_array(sum);
  }
}

void TraceRecorder::tell_array(const pe::Occupancy& now) {
  told_sum_ = now;
  sheet_.counter(kArrayProcess, "queues, traced PEs", now.cycle, occupancy_args(now));
}

void TraceRecorder::end_tile(const std::vector<GroupTime>& groups, const SupplyTrace& supply,
                             std::int64_t cycles) {
  array_.tile(tile(), groups, supply, cycles);
  sheet_.move_to(sheet_.origin() + cycles);
  ++tile_;
  begin_timelines();
}

void TraceRecorder::end_layer(const memory::Counters& layer,
                              std::span<const memory::Counters> pes) {
  const auto cycles = static_cast<std::int64_t>(layer.compute_cycles);
  const std::string& name = job_->layer().spec.name;
  sheet_.move_to(layer_origin_);
  if (sheet_.first() <= 0 && sheet_.end() >= cycles) check(pes);
  array_.layer(
      name,
      fmt::format(
          R"("detail":"{}","channels_per_slice":{},"sample_cycles":{},"kc":{},"temporal_tiles":{},)"
          R"("compute_cycles":{},"cycles":{})",
          name_of(level_.detail), level_.channels, sample_cycles_, job_->tiling().kc,
          job_->tiling().tiles.size(), layer.compute_cycles, layer.cycles),
      cycles);
  for (std::size_t i = 0; i < told_.size(); ++i)
    if (!same(told_[i], {})) tell_pe(i, {cycles, 0, 0});
  if (!same(told_sum_, {})) tell_array({cycles, 0, 0});
  if (sheet_.shows(0, cycles)) summary_.layers.emplace_back(name, level_);
  layer_origin_ += cycles;
  sheet_.move_to(layer_origin_);
}

void TraceRecorder::check(std::span<const memory::Counters> pes) const {
  for (std::size_t i = 0; i < totals_.size(); ++i) {
    const auto p = static_cast<std::size_t>(this->pes()[i]);
    for (std::size_t a = 1; a < pe::kActivities.size(); ++a)
      if (const auto counted = pes[p].*pe::kActivities[a].counter; counted != totals_[i][a])
        throw ModelError(fmt::format("layer {}: trace: PE {}: {} cycles of {}, but {} were counted",
                                     job_->layer().spec.name, p, totals_[i][a],
                                     pe::kActivities[a].name, counted));
  }
}

void TraceRecorder::commit() { sheet_.events().commit(); }

TraceSummary TraceRecorder::summary() const {
  TraceSummary summary = summary_;
  summary.bytes = sheet_.events().bytes();
  return summary;
}

}  // namespace scnn::sim
