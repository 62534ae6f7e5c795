#include "pe/step_team.hpp"

#include "pe/step_tables.hpp"

namespace scnn::pe {

StepTeam::StepTeam(const sc_core::sc_module_name& name, std::int64_t first,
                   std::vector<RunAhead*> members, const FaultPlan& fault, Workers& workers,
                   memory::Failures& failures)
    : sc_core::sc_module(name),
      finish("finish", members.size()),
      members_(std::move(members)),
      faulty_(fault.kind != FaultKind::none && fault.pe >= first &&
              fault.pe < first + std::ssize(members_)),
      workers_(workers),
      failures_(failures) {
  SC_HAS_PROCESS(StepTeam);
  SC_METHOD(follow);
  sensitive << command;
  dont_initialize();
  SC_METHOD(load);
  sensitive << loading_;
  dont_initialize();
  SC_METHOD(launch);
  sensitive << loaded_;
  dont_initialize();
  SC_METHOD(proceed);
  sensitive << arrivals;
  dont_initialize();
  SC_METHOD(report);
  sensitive << submitted_event_;
  dont_initialize();
}

bool StepTeam::takes(const TileJob& job) const {
  return !faulty_ && job.tables != nullptr && job.tables->usable();
}

/// The members load what a command names, in the coming delta cycle; the teams run in the
/// one after, all of them side by side.
void StepTeam::follow() {
  const PeCommand& c = command->read();
  if (c.job == nullptr || c.serial == command_ || c.phase != ArrayPhase::run || !takes(*c.job))
    return;
  command_ = c.serial;
  loading_.notify(sc_core::SC_ZERO_TIME);
}

void StepTeam::load() { loaded_.notify(sc_core::SC_ZERO_TIME); }

void StepTeam::launch() {
  running_ = true;
  submit();
}

void StepTeam::proceed() {
  if (submitted_)
    missed_ = true;
  else if (running_)
    submit();
}

/// Hands the team's work to the threads; `report` takes it up in the next delta cycle.
void StepTeam::submit() {
  submitted_ = true;
  worked_ = missed_ = false;
  workers_.submit(*this);
  submitted_event_.notify(sc_core::SC_ZERO_TIME);
}

/// On any thread: follows the command, and runs as far ahead as the arrivals allow.
void StepTeam::work() {
  const PeCommand& c = command->read();
  if (c.tile != tile_) {
    tile_ = c.tile;
    group_ = -1;
    popped_ = 0;
    std::vector<const ActivationOperands*> operands;
    for (const RunAhead* m : members_) operands.push_back(&m->operands());
    steps_.start_tile(*c.job, operands);
  }
  if (c.group != group_) {
    group_ = c.group;
    steps_.start_group(group_, c.cycle);
  }
  const memory::ArrivalReport& report = arrivals->read();
  ArrivalView view;
  if (report.tile == tile_) view = {report.arrived, report.cycle, report.late_until};
  times_ = steps_.advance(view);
  worked_ = true;
}

void StepTeam::report() {
  failures_.guard([this] {
    if (!worked_) workers_.run_submitted();
    submitted_ = false;
    if (!times_.empty()) {
      popped_ += times_.size();
      pops->write({tile_, popped_, times_, members_.size()});
    }
    if (!steps_.finished()) {
      if (missed_) submit();
      return;
    }
    running_ = false;
    for (std::size_t p = 0; p < members_.size(); ++p) {
      const GroupTimes times = steps_.times(p);
      members_[p]->finish_group(times);
      finish[p]->write({tile_, group_ + 1, times.finish});
    }
  });
}

}  // namespace scnn::pe
