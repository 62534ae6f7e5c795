#include "sim/trace_probe.hpp"

namespace scnn::sim {

TraceProbe::TraceProbe(const sc_core::sc_module_name& name, Accelerator& accelerator,
                       TraceRecorder& recorder, memory::Failures& failures)
    : sc_core::sc_module(name),
      accelerator_(accelerator),
      recorder_(recorder),
      failures_(failures) {
  for (const std::int64_t p : recorder.pes())
    accelerator.pes()[static_cast<std::size_t>(p)]->observe_steps();
  SC_HAS_PROCESS(TraceProbe);
  SC_METHOD(sample);
  sensitive << accelerator.clock().negedge_event();
  dont_initialize();
}

void TraceProbe::sample() {
  failures_.guard([this] {
    const pe::PeCommand& c = accelerator_.command();
    // Cycles before a group belong to it, those after the last to none.
    std::int64_t group = c.group;
    if (c.phase == pe::ArrayPhase::idle) return;
    if (c.phase != pe::ArrayPhase::run) ++group;
    if (cycle_ == 0) supply_.begin(*recorder_.tile().stream, recorder_.sample_cycles());
    if (group != group_ && group_ >= 0) recorder_.end_group(group_);
    group_ = group;
    look_at_pes();
    supply_.cycle(accelerator_.dram().on_chip_entries(), accelerator_.broadcast().sent());
    ++cycle_;
  });
}

void TraceProbe::look_at_pes() {
  if (!recorder_.shows(cycle_, cycle_ + 1)) return;
  for (std::size_t i = 0; i < recorder_.pes().size(); ++i) {
    const pe::Pe& pe = *accelerator_.pes()[static_cast<std::size_t>(recorder_.pes()[i])];
    const pe::Pe::Probe seen = pe.probe();
    pe::Timeline& timeline = recorder_.timeline(i);
    timeline.add(seen.activity, seen.step_block, cycle_, cycle_ + 1);
    if (timeline.next_sample(cycle_) == cycle_)
      timeline.sample({cycle_, pe.queued_updates(), static_cast<std::int64_t>(seen.fifo_level)});
  }
}

void TraceProbe::tile_over(std::int64_t cycles) {
  if (cycle_ == 0) supply_.begin(*recorder_.tile().stream, recorder_.sample_cycles());
  if (group_ >= 0) recorder_.end_group(group_);
  supply_.end();
  recorder_.end_tile(groups_, supply_, cycles);
  groups_.clear();
  group_ = -1;
  cycle_ = 0;
}

}  // namespace scnn::sim
