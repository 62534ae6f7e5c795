#include "pe/step_team.hpp"

#include <algorithm>
#include <limits>

#include "pe/kept_work.hpp"
#include "pe/step_tables.hpp"

namespace scnn::pe {

StepTeam::StepTeam(const sc_core::sc_module_name& name, std::int64_t first,
                   std::vector<RunAhead*> members, const FaultPlan& fault, Workers& workers,
                   memory::Failures& failures)
    : sc_core::sc_module(name),
      finish("finish", members.size()),
      number_(static_cast<std::size_t>(first) / kTeam),
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
  if (c.tile != tile_) begin_tile(c);
  if (c.group != group_) begin_group(c);
  const memory::ArrivalReport& report = arrivals->read();
  ArrivalView view;
  if (report.tile == tile_) view = {report.arrived, report.cycle, report.late_until};
  advance(view);
  worked_ = true;
}

void StepTeam::begin_tile(const PeCommand& c) {
  tile_ = c.tile;
  job_ = c.job;
  group_ = -1;
  popped_ = 0;
  steps_loaded_ = false;
}

void StepTeam::begin_group(const PeCommand& c) {
  group_ = c.group;
  start_ = c.cycle;
  repeated_ = 0;
  group_pops_.clear();
  record_ = job_->kept == nullptr ? nullptr : job_->kept->record(*job_, group_);
  if (record_ != nullptr)
    replay_.start(*record_, number_, *job_, group_, start_);
  else
    start_steps();
}

void StepTeam::start_steps() {
  if (!steps_loaded_) {
    std::vector<const ActivationOperands*> operands;
    for (const RunAhead* m : members_) operands.push_back(&m->operands());
    steps_.start_tile(*job_, operands);
    steps_loaded_ = true;
  }
  steps_.start_group(group_, start_);
}

void StepTeam::advance(const ArrivalView& view) {
  if (record_ != nullptr) {
    times_ = replay_.advance(view);
    if (!replay_.differs()) return;
    // The record has held so far: the steps run from the group's start, and what they
    // repeat is not told again. But they may need tables, which are not a thread's to make.
    repeated_ = replay_.popped();
    if (repeated_ > 0) ++members_.front()->paths().left_groups;
    record_ = nullptr;
    stuck_ = true;
  }
  if (stuck_ && job_->tables->group() != group_) return;
  if (stuck_) start_steps();
  stuck_ = false;
  advance_steps(view);
}

void StepTeam::advance_steps(const ArrivalView& view) {
  times_ = steps_.advance(view);
  if (job_->kept != nullptr) group_pops_.insert(group_pops_.end(), times_.begin(), times_.end());
  const std::size_t told = std::min(repeated_, times_.size());
  repeated_ -= told;
  times_ = times_.subspan(told);
}

/// For all teams: they take the same steps.
void StepTeam::make_rows() {
  const PeCommand& c = command->read();
  if (c.job->kept != nullptr) return;  // made at once, when the first team wants them
  const memory::ArrivalReport& report = arrivals->read();
  const bool under_way = c.tile == tile_ && c.group == group_;
  c.job->tables->make_rows(under_way ? steps_.block() : 0,
                           report.tile == c.tile ? report.arrived : 0);
}

void StepTeam::report() {
  failures_.guard([this] {
    if (!worked_) {
      make_rows();
      workers_.run_submitted();
    }
    submitted_ = false;
    if (stuck_) {
      if (job_->tables->group() != group_) job_->tables->begin_group(group_, workers_);
      submit();
      return;
    }
    if (!times_.empty()) {
      popped_ += times_.size();
      pops->write({tile_, popped_, times_, members_.size()});
    }
    if (record_ != nullptr ? replay_.finished() : steps_.finished())
      group_over();
    else if (missed_)
      submit();
  });
}

void StepTeam::group_over() {
  running_ = false;
  std::vector<GroupTimes> times;
  for (std::size_t p = 0; p < members_.size(); ++p)
    times.push_back(record_ != nullptr ? replay_.times(p) : steps_.times(p));
  if (job_->kept != nullptr && record_ == nullptr) keep(times);
  if (record_ != nullptr) ++members_.front()->paths().repeated_groups;
  for (std::size_t p = 0; p < members_.size(); ++p) {
    members_[p]->finish_group(times[p]);
    finish[p]->write({tile_, group_ + 1, times[p].finish});
  }
}

/// Puts the group on record. The first team tells of the arrivals, which are the same for all.
void StepTeam::keep(std::span<const GroupTimes> times) {
  const auto g = static_cast<std::size_t>(group_);
  GroupRecord& record = job_->kept->groups[g];
  const GroupSpan span{job_->stream->group_first[g], job_->stream->group_first[g + 1], start_};
  record_team(record, number_, group_pops_, times, span);
  if (number_ != 0) return;
  record.run_entries = 0;
  if (times.front().finish - start_ > std::numeric_limits<std::int32_t>::max() / 2) return;
  const memory::ArrivalReport& report = arrivals->read();
  record_arrivals(record, {report.arrived, report.cycle, report.late_until}, span);
  record.run_entries = job_->kept->run_entries(*job_);
}

}  // namespace scnn::pe
