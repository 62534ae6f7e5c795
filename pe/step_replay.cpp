#include "pe/step_replay.hpp"

#include <fmt/format.h>

#include "pe/waits.hpp"
#include "sparse_formats/error.hpp"

namespace scnn::pe {

TileJob StepReplay::timing_of(const TileJob& job) {
  TileJob timing = job;
  timing.values = false;
  timing.tables = nullptr;
  timing.kept = nullptr;
  return timing;
}

void StepReplay::start_tile(const TileJob& job, std::int64_t pe,
                            const memory::ActivationBuffer& activations) {
  job_ = &job;
  pe_ = pe;
  ahead_.start_tile(job, pe, activations, {}, false);
}

void StepReplay::run(const GroupFrame& frame, const ArrivalView& arrivals, Timeline& timeline) {
  arrivals_ = arrivals;
  timeline_ = &timeline;
  samples_.clear();
  next_sample_ = timeline.next_sample(frame.before);
  timeline.add(Activity::buffer_wait, kNoBlock, frame.before, frame.start);
  ahead_.start_group(frame.group, frame.start, {});
  const auto pops = ahead_.advance(arrivals);
  if (!ahead_.finished() || ahead_.finish_cycle() > frame.barrier)
    throw ModelError(fmt::format("trace: PE {} has not finished group {} by its barrier in {}", pe_,
                                 frame.group, frame.barrier));
  timeline.add(Activity::barrier_wait, kNoBlock, ahead_.finish_cycle(), frame.barrier);
  sample_queues(frame.barrier);
  tell_samples(frame, pops);
}

void StepReplay::step(const PlacedStep& placed) {
  const auto block = static_cast<std::int32_t>(placed.block);
  sample_queues(placed.cycle);
  timeline_->add(Activity::bank_stall, block, placed.from, placed.ready);
  wait(block, placed.unwaited, placed.entry, placed.ready, placed.cycle);
  timeline_->add(Activity::issue, block, placed.cycle, placed.cycle + 1);
}

void StepReplay::tail(const PlacedTail& placed) {
  wait(kNoBlock, placed.unwaited, placed.group_end - 1, placed.from, placed.popped);
  timeline_->add(Activity::bank_stall, kNoBlock, placed.popped, placed.finish);
}

void StepReplay::wait(std::int32_t block, std::size_t first, std::size_t last, std::int64_t from,
                      std::int64_t to) {
  visit_waits(arrivals_, first, last, from, to, [&](std::int64_t low, std::int64_t end, bool late) {
    timeline_->add(late ? Activity::weight_wait : Activity::backpressure_wait, block, low, end);
  });
}

/// Of the cycles before `end`, in which no further step issues.
void StepReplay::sample_queues(std::int64_t end) {
  while (next_sample_ < end) {
    samples_.push_back({next_sample_, ahead_.queued(next_sample_), 0});
    next_sample_ = timeline_->next_sample(next_sample_ + 1);
  }
}

void StepReplay::tell_samples(const GroupFrame& frame, std::span<const std::int64_t> pops) {
  const std::size_t first = job_->stream->group_first[static_cast<std::size_t>(frame.group)];
  std::size_t arrived = first, popped = 0;
  for (Occupancy& s : samples_) {
    while (arrived < arrivals_.known && arrivals_.cycle[arrived] < s.cycle) ++arrived;
    while (popped < pops.size() && pops[popped] <= s.cycle) ++popped;
    s.vectors = static_cast<std::int64_t>(arrived - first - popped);
    timeline_->sample(s);
  }
}

}  // namespace scnn::pe
