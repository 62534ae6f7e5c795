#include "sim/trace_replay.hpp"

namespace scnn::sim {

TraceReplay::TraceReplay(Accelerator& accelerator, pe::Workers& workers, TraceRecorder& recorder)
    : accelerator_(accelerator),
      workers_(workers),
      recorder_(recorder),
      replays_(recorder.pes().size()) {}

/// PEs hold the tile's activations until the next one begins.
void TraceReplay::start_tile() {
  job_ = pe::StepReplay::timing_of(recorder_.tile());
  workers_.for_each(replays_.size(), [this](std::size_t i) {
    const std::int64_t p = recorder_.pes()[i];
    replays_[i].start_tile(*job_, p,
                           accelerator_.pes()[static_cast<std::size_t>(p)]->activations());
  });
}

void TraceReplay::group_drained(const GroupTime& times) {
  const auto group = std::ssize(groups_);
  const std::int64_t before = groups_.empty() ? 0 : groups_.back().barrier;
  groups_.push_back(times);
  if (!recorder_.shows(before, times.barrier)) return;
  if (!job_) start_tile();
  const memory::Arrivals& ahead = accelerator_.broadcast().ahead();
  const pe::ArrivalView arrivals{ahead.known(), ahead.cycles(), ahead.late_until()};
  const pe::GroupFrame frame{group, before, times.start, times.barrier};
  workers_.for_each(replays_.size(), [&](std::size_t i) {
    replays_[i].run(frame, arrivals, recorder_.timeline(i));
  });
  recorder_.end_group(group);
}

void TraceReplay::tile_over(std::int64_t cycles) {
  const std::int64_t barrier = groups_.empty() ? 0 : groups_.back().barrier;
  for (std::size_t i = 0; i < replays_.size(); ++i) {
    pe::Timeline& timeline = recorder_.timeline(i);
    timeline.add(pe::Activity::drain, pe::kNoBlock, barrier, cycles);
    for (std::int64_t t = timeline.next_sample(barrier); t < cycles;
         t = timeline.next_sample(t + 1))
      timeline.sample({t, 0, 0});
  }
  recorder_.end_group(std::ssize(groups_));
  tell_supply(cycles);
  recorder_.end_tile(groups_, supply_, cycles);
  groups_.clear();
  job_.reset();
}

void TraceReplay::tell_supply(std::int64_t cycles) {
  const memory::Arrivals& ahead = accelerator_.broadcast().ahead();
  const auto on_chip = ahead.on_chip();
  supply_.begin(*recorder_.tile().stream, recorder_.sample_cycles());
  std::size_t here = 0, sent = 0;
  for (std::int64_t t = 0; t < cycles; ++t) {
    while (here < on_chip.size() && on_chip[here] <= t + 1) ++here;
    while (sent < ahead.known() && ahead.cycles()[sent] <= t) ++sent;
    supply_.cycle(here, sent);
  }
  supply_.end();
}

}  // namespace scnn::sim
