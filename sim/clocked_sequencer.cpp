#include <algorithm>

#include "sim/sequencer.hpp"

namespace scnn::sim {

ClockedSequencer::ClockedSequencer(const sc_core::sc_module_name& name,
                                   const memory::Architecture& arch, const pe::FaultPlan& fault,
                                   memory::Failures& failures)
    : Sequencer(name, arch, fault, failures) {
  SC_HAS_PROCESS(ClockedSequencer);
  SC_METHOD(tick);
  sensitive << clock.neg();
  dont_initialize();
  SC_METHOD(leave_tile);
  sensitive << leave_;
  dont_initialize();
}

void ClockedSequencer::begin_layer() { begin_tile(); }

void ClockedSequencer::begin_tile() {
  ++tile_serial_;
  elapsed_ = started_ = over_ = drained_groups_ = 0;
  draining_ = false;
  active_ = true;
  announced_ = pe::ArrayPhase::idle;
  announced_group_ = -1;
  times_.clear();
  send_stream(true);
  settle();
}

void ClockedSequencer::tick() {
  failures_.guard([this] {
    if (!active_) return;
    ++elapsed_;
    if (keeps_groups() && over_ < started_) note_first_finish();
    settle();
  });
}

void ClockedSequencer::note_first_finish() {
  GroupTime& times = times_.back();
  if (times.first_finish >= 0) return;
  for (auto& port : finish) {
    const pe::FinishReport& r = port->read();
    if (r.tile == tile_serial_ && r.groups > over_) times.first_finish = elapsed_;
  }
}

/// Draws every conclusion the cycles so far allow: a group may be over, drained and
/// followed within one edge when it has nothing to do.
void ClockedSequencer::settle() {
  while (settle_drain() || settle_barrier() || settle_start()) {
  }
  announce();
  if (drained_groups_ < tile().groups()) return;
  for (const GroupTime& times : times_) keep(times);
  active_ = false;
  leave_.notify(sc_core::SC_ZERO_TIME);
}

bool ClockedSequencer::settle_drain() {
  if (draining_ && all_drained(drained_groups_)) {
    draining_ = false;
    group_drained();
    return true;
  }
  if (draining_ || drained_groups_ == over_) return false;
  if (drains_at_once(drained_groups_)) {
    group_drained();
    return true;
  }
  send_drain(drained_groups_);
  draining_ = true;
  return false;
}

void ClockedSequencer::group_drained() {
  if (keeps_groups()) times_[static_cast<std::size_t>(drained_groups_)].drain_end = elapsed_;
  ++drained_groups_;
}

bool ClockedSequencer::settle_barrier() {
  if (over_ == started_) return false;
  const auto g = static_cast<std::size_t>(over_);
  const auto& first = tile().stream->group_first;
  if (first[g] != first[g + 1] && !all_finished(over_)) return false;
  if (keeps_groups()) {
    GroupTime& times = times_.back();
    times.barrier = elapsed_;
    if (times.first_finish < 0) times.first_finish = elapsed_;
  }
  ++over_;
  return true;
}

bool ClockedSequencer::settle_start() {
  // A group starts when the one before is over and its buffer, last used by the group
  // before that, is drained.
  if (over_ != started_ || started_ == tile().groups() || drained_groups_ < started_ - 1)
    return false;
  ++started_;
  if (keeps_groups()) times_.push_back({elapsed_, -1, -1, -1});
  return true;
}

void ClockedSequencer::announce() {
  pe::ArrayPhase phase = pe::ArrayPhase::run;
  if (over_ == started_)
    phase = started_ < tile().groups() ? pe::ArrayPhase::buffer_wait : pe::ArrayPhase::drain;
  if (phase == announced_ && started_ - 1 == announced_group_) return;
  announced_ = phase;
  announced_group_ = started_ - 1;
  send_command(phase, announced_group_, elapsed_, elapsed_);
}

bool ClockedSequencer::drains_at_once(std::int64_t group) const {
  const pe::TileJob& job = tile();
  return std::all_of(job.shares.begin(), job.shares.end(), [&](const pe::DrainShare& share) {
    return pe::drain_cycles(share, job.channels(group), arch_.ppu) == 0;
  });
}

/// Between two edges, but after everyone has read the tile's commands: also those of a
/// tile that takes no cycle at all.
void ClockedSequencer::leave_tile() {
  failures_.guard([this] {
    add_tile(elapsed_);
    if (!last_tile()) {
      ++tile_index_;
      begin_tile();
      return;
    }
    send_stream(false);
    send_command(pe::ArrayPhase::idle, -1, elapsed_, elapsed_);
    begin_outputs();
  });
}

}  // namespace scnn::sim
