#include <algorithm>
#include <limits>

#include "pe/kept_work.hpp"
#include "pe/step_tables.hpp"
#include "sim/sequencer.hpp"

namespace scnn::sim {
namespace {

/// One simulated cycle in kernel time, in both engines.
const sc_core::sc_time kCycle(1, sc_core::SC_NS);

}  // namespace

DecoupledSequencer::DecoupledSequencer(const sc_core::sc_module_name& name,
                                       const memory::Architecture& arch, const pe::FaultPlan& fault,
                                       pe::Workers& workers, pe::Rehearsal& rehearsal,
                                       memory::Failures& failures)
    : Sequencer(name, arch, fault, failures), workers_(workers), rehearsal_(rehearsal) {
  SC_HAS_PROCESS(DecoupledSequencer);
  SC_METHOD(step);
  sensitive << proceed_;
  for (auto& p : finish) sensitive << p;
  for (auto& p : drained) sensitive << p;
  dont_initialize();
}

void DecoupledSequencer::begin_layer() { begin_tile(); }

void DecoupledSequencer::begin_tile() {
  ++tile_serial_;
  tile_origin_ = sc_core::sc_time_stamp();
  barrier_ = drain_end_ = drain_before_ = 0;
  tile().tables->begin_tile(tile());
  const bool all_in_teams = fault_.kind == pe::FaultKind::none;
  rehearsal_.begin_tile(tile(), all_in_teams ? (finish.size() + pe::kTeam - 1) / pe::kTeam : 0);
  send_stream(true);
  begin_group(0);
}

/// Waits in kernel time until the group may start (S26).
void DecoupledSequencer::begin_group(std::int64_t group) {
  group_ = group;
  start_ = std::max(barrier_, drain_before_);
  state_ = State::waiting;
  const sc_core::sc_time at = tile_origin_ + static_cast<double>(start_) * kCycle;
  proceed_.notify(at - sc_core::sc_time_stamp());
}

void DecoupledSequencer::launch() {
  state_ = State::running;
  rehearsal_.reach(group_);
  tile().tables->begin_group(group_, workers_);
  // Teams that go by a record need no rows, unless they find that it does not hold.
  if (record() == nullptr) tile().tables->begin_rows(group_, workers_, rows_made());
  send_command(pe::ArrayPhase::run, group_, barrier_, start_);
}

const pe::GroupRecord* DecoupledSequencer::record() {
  return tile().kept == nullptr ? rehearsal_.record() : tile().kept->record(tile(), group_);
}

pe::RowsMade DecoupledSequencer::rows_made() {
  const bool alone = workers_.threads() == 1 || rehearsal_.more();
  return tile().kept == nullptr && fault_.kind == pe::FaultKind::none && alone
             ? pe::RowsMade::as_needed
             : pe::RowsMade::at_once;
}

void DecoupledSequencer::step() {
  failures_.guard([this] {
    switch (state_) {
      case State::idle:
        break;
      case State::waiting:
        if (proceed_.triggered()) launch();
        break;
      case State::running:
        if (all_finished(group_)) group_over();
        break;
      case State::draining:
        if (all_drained(group_)) group_drained();
        break;
      case State::leaving:
        // Time may stand still: a tile can end in the cycle in which its last group began.
        if (proceed_.triggered()) drained_all_ = true;
        if (!drained_all_ || !all_finished(group_ + 1)) break;
        drained_all_ = false;
        if (last_tile()) {
          state_ = State::idle;
          begin_outputs();
        } else {
          ++tile_index_;
          begin_tile();
        }
        break;
    }
  });
}

void DecoupledSequencer::group_over() {
  if (rehearsal_.record() != nullptr) tile().tables->add_counts(rehearsal_.weight_counts());
  barrier_ = start_;
  first_finish_ = std::numeric_limits<std::int64_t>::max();
  for (std::size_t p = 0; p < finish.size(); ++p) {
    if (!waits_for(p)) continue;
    const pe::FinishReport& r = finish[p]->read();
    if (r.tile != tile_serial_ || r.groups <= group_) continue;
    barrier_ = std::max(barrier_, r.cycle);
    first_finish_ = std::min(first_finish_, r.cycle);
  }
  state_ = State::draining;
  send_drain(group_);
}

void DecoupledSequencer::group_drained() {
  std::int64_t cycles = 0;
  for (const auto& port : drained) cycles = std::max(cycles, port->read().cycles);
  drain_before_ = drain_end_;
  drain_end_ = std::max(barrier_, drain_end_) + cycles;
  keep({start_, first_finish_, barrier_, drain_end_});
  if (group_ + 1 < tile().groups()) {
    begin_group(group_ + 1);
    return;
  }
  rehearsal_.end_tile();
  tile().tables->end_tile();
  send_command(pe::ArrayPhase::drain, group_, barrier_, drain_end_);
  add_tile(drain_end_);
  state_ = State::leaving;
  const sc_core::sc_time at = tile_origin_ + static_cast<double>(drain_end_) * kCycle;
  proceed_.notify(at - sc_core::sc_time_stamp());
}

}  // namespace scnn::sim
