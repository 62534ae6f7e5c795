#include "pe/step_team.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "pe/kept_work.hpp"
#include "pe/step_tables.hpp"

namespace scnn::pe {

StepTeam::StepTeam(std::int64_t first, std::vector<RunAhead*> members, const FaultPlan& fault,
                   Rehearsal& rehearsal)
    : number_(static_cast<std::size_t>(first) / kTeam),
      members_(std::move(members)),
      faulty_(fault.kind != FaultKind::none && fault.pe >= first &&
              fault.pe < first + std::ssize(members_)),
      rehearsal_(rehearsal) {}

bool StepTeam::takes(const TileJob& job) const {
  return !faulty_ && job.tables != nullptr && job.tables->usable();
}

ArrivalView StepTeam::view() const {
  ArrivalView view;
  if (arrivals_->tile == tile_)
    view = {arrivals_->arrived, arrivals_->cycle, arrivals_->late_until};
  return view;
}

std::size_t StepTeam::block(const PeCommand& command) const {
  return command.tile == tile_ && command.group == group_ ? steps_.block() : 0;
}

TeamSteps* StepTeam::follow() {
  if (command_->tile != tile_) begin_tile(*command_);
  if (command_->group != group_) begin_group(*command_);
  if (record_ != nullptr) {
    repeat();
    return nullptr;
  }
  if (stuck_) start_steps();
  stuck_ = false;
  return &steps_;
}

void StepTeam::begin_tile(const PeCommand& c) {
  tile_ = c.tile;
  job_ = c.job;
  group_ = -1;
  load_operands();
  steps_.start_tile(*job_, *operands_);
  if (rehearsal_.active()) rehearsal_.join(number_, *operands_);
}

/// Takes what an earlier machine has kept of the tile, if there is one.
void StepTeam::load_operands() {
  KeptWork::Team* kept = job_->kept == nullptr ? nullptr : &job_->kept->teams[number_];
  operands_ = kept == nullptr ? &own_operands_ : &kept->operands;
  if (kept != nullptr && kept->loaded) return;
  std::vector<const ActivationOperands*> operands;
  for (const RunAhead* m : members_) operands.push_back(&m->operands());
  (kept == nullptr ? own_operands_ : kept->operands).load(*job_, operands);
  if (kept != nullptr) kept->loaded = true;
}

void StepTeam::begin_group(const PeCommand& c) {
  group_ = c.group;
  start_ = c.cycle;
  repeated_ = 0;
  stuck_ = false;
  group_pops_.clear();
  const bool kept = job_->kept != nullptr;
  record_ = kept ? job_->kept->record(*job_, group_) : rehearsal_.record();
  if (!kept && idle()) record_ = nullptr;  // what it would say is as soon computed
  // What is kept will be compared with again, and stays one team's word as much as another's.
  if (record_ != nullptr)
    replay_.start(*record_, number_, *operands_, kept, *job_, group_, start_);
  else
    start_steps();
}

void StepTeam::start_steps() { steps_.start_group(group_, start_, job_->tables->rows()); }

void StepTeam::repeat() {
  times_ = replay_.advance(view());
  if (!replay_.differs()) return;
  // The record has held so far: the steps run from the group's start, and what they
  // repeat is not told again. But they need rows, which are not a thread's to make.
  repeated_ = replay_.popped();
  StepPaths& paths = members_.front()->paths();
  if (job_->kept == nullptr)
    ++paths.refuted_groups;
  else if (repeated_ > 0)
    ++paths.left_groups;
  record_ = nullptr;
  stuck_ = true;
}

void StepTeam::advanced() {
  times_ = steps_.pops();
  if (job_->kept != nullptr) group_pops_.insert(group_pops_.end(), times_.begin(), times_.end());
  const std::size_t told = std::min(repeated_, times_.size());
  repeated_ -= told;
  times_ = times_.subspan(told);
}

std::vector<GroupTimes> StepTeam::end() {
  std::vector<GroupTimes> times;
  std::optional<std::size_t> idle;  // all of them fare alike
  for (std::size_t p = 0; p < members_.size(); ++p) {
    if (operands_->idle(p) && idle) {
      times.push_back(times[*idle]);
      continue;
    }
    if (operands_->idle(p)) idle = p;
    times.push_back(record_ != nullptr ? replay_.times(p) : steps_.times(p));
  }
  if (record_ != nullptr) {
    StepPaths& paths = members_.front()->paths();
    ++(job_->kept == nullptr ? paths.rehearsed_groups : paths.repeated_groups);
  } else if (job_->kept != nullptr) {
    keep(times);
  }
  for (std::size_t p = 0; p < members_.size(); ++p) members_[p]->finish_group(times[p]);
  return times;
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
  record_arrivals(record, view(), span);
  record.run_entries = job_->tables->longest_run();
}

void StepShare::work() {
  stepping_.clear();
  steps_.clear();
  for (StepTeam* team : teams) {
    TeamSteps* steps = team->follow();
    if (steps == nullptr) continue;
    stepping_.push_back(team);
    steps_.push_back(steps);
  }
  if (steps_.empty()) return;
  TeamSteps::advance(steps_, stepping_.front()->view(), room_);
  for (StepTeam* team : stepping_) team->advanced();
}

}  // namespace scnn::pe
