#include "pe/step_teams.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "memory/time_kernel.hpp"
#include "pe/step_tables.hpp"
#include "sparse_formats/error.hpp"

namespace scnn::pe {

StepTeams::StepTeams(const sc_core::sc_module_name& name, const std::vector<RunAhead*>& members,
                     const FaultPlan& fault, Workers& workers, Rehearsal& rehearsal,
                     memory::Failures& failures)
    : sc_core::sc_module(name),
      pops("pops", (members.size() + kTeam - 1) / kTeam),
      finish("finish", members.size()),
      workers_(workers),
      rehearsal_(rehearsal),
      failures_(failures) {
  for (std::size_t first = 0; first < members.size(); first += kTeam) {
    const auto from = members.begin() + static_cast<std::ptrdiff_t>(first);
    const auto count = static_cast<std::ptrdiff_t>(std::min(kTeam, members.size() - first));
    teams_.emplace_back(static_cast<std::int64_t>(first), std::vector(from, from + count), fault,
                        rehearsal);
  }
  SC_HAS_PROCESS(StepTeams);
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

/// The members load what a command names, in the coming delta cycle; the teams run in the
/// one after.
void StepTeams::follow() {
  const PeCommand& c = command->read();
  if (c.job == nullptr || c.serial == command_ || c.phase != ArrayPhase::run) return;
  command_ = c.serial;
  loading_.notify(sc_core::SC_ZERO_TIME);
}

void StepTeams::load() { loaded_.notify(sc_core::SC_ZERO_TIME); }

void StepTeams::launch() {
  const PeCommand& c = command->read();
  if (c.tile != tile_) popped_ = 0;
  tile_ = c.tile;
  running_.clear();
  for (StepTeam& team : teams_)
    if (team.takes(*c.job)) running_.push_back(&team);
  if (!running_.empty()) submit();
}

void StepTeams::proceed() {
  if (submitted_)
    missed_ = true;
  else if (!running_.empty())
    submit();
}

/// `report` does the work, in the next delta cycle.
void StepTeams::submit() {
  submitted_ = true;
  missed_ = false;
  submitted_event_.notify(sc_core::SC_ZERO_TIME);
}

void StepTeams::report() {
  failures_.guard([this] {
    make_rows();
    run_teams();
    submitted_ = false;
    tell_pops();
    if (std::all_of(running_.begin(), running_.end(), [](auto* team) { return team->finished(); }))
      group_over();
    else if (missed_)
      submit();
  });
}

/// For all teams: they take the same vectors.
void StepTeams::make_rows() {
  const PeCommand& c = command->read();
  StepRows& rows = c.job->tables->rows();
  if (rows.group() != c.group) return;  // made at once, when the first team wants them
  std::size_t first = c.job->stream->blocks_per_group;
  for (const StepTeam* team : running_) first = std::min(first, team->block(c));
  const memory::ArrivalReport& report = arrivals->read();
  rows.make(first, report.tile == c.tile ? report.arrived : 0);
}

/// While groups are rehearsed, other threads have work enough of their own.
void StepTeams::run_teams() {
  const PeCommand& c = command->read();
  for (StepTeam* team : running_) team->look(c, arrivals->read());
  share(running_);
  rehearsal_.go_on();
  stuck_.clear();
  for (StepTeam* team : running_)
    if (team->stuck()) stuck_.push_back(team);
  if (stuck_.empty()) return;
  rehearsal_.refute(stuck_.size());
  StepTables& tables = *c.job->tables;
  if (tables.rows().group() != c.group) tables.begin_rows(c.group, workers_);
  share(stuck_);
}

/// Runs teams on as many threads as there are.
void StepTeams::share(const std::vector<StepTeam*>& teams) {
  const bool alone = rehearsal_.more();
  const std::size_t shares =
      alone ? 1 : std::min(teams.size(), static_cast<std::size_t>(workers_.threads()));
  if (shares_.size() < shares) shares_.resize(shares);
  for (std::size_t i = 0; i < shares; ++i) {
    const auto at = [&](std::size_t n) {
      return teams.begin() + static_cast<std::ptrdiff_t>(n * teams.size() / shares);
    };
    shares_[i].teams.assign(at(i), at(i + 1));
    workers_.submit(shares_[i]);
  }
  workers_.run_submitted(alone);
}

/// PEs of teams that only pop do so as early as any.
void StepTeams::tell_pops() {
  const bool all_idle =
      std::all_of(running_.begin(), running_.end(), [](auto* team) { return team->idle(); });
  std::vector<std::int64_t>& latest = latest_[turn_ ^= 1];
  const StepTeam* told = nullptr;
  for (const StepTeam* team : running_) {
    if (team->idle() && !all_idle) continue;
    if (told == nullptr)
      latest.assign(team->pops().begin(), team->pops().end());
    else if (team->pops().size() == latest.size())
      memory::keep_latest(latest.data(), team->pops());
    else
      throw ModelError(fmt::format("step teams: one popped {} entries, another {}",
                                   team->pops().size(), latest.size()));
    told = team;
  }
  if (latest.empty()) return;
  popped_ += latest.size();
  // Neighbours tell together, through the first of them.
  for (std::size_t t = 0; t < running_.size();) {
    const std::size_t first = t;
    std::size_t pes = 0;
    for (; t < running_.size() && running_[t] - running_[first] == std::ptrdiff_t(t - first); ++t)
      pes += running_[t]->size();
    const auto port = static_cast<std::size_t>(running_[first] - teams_.data());
    pops[port]->write({tile_, popped_, latest, pes});
  }
}

void StepTeams::group_over() {
  for (StepTeam* team : running_) {
    std::size_t pe = static_cast<std::size_t>(team - teams_.data()) * kTeam;
    for (const GroupTimes& times : team->end())
      finish[pe++]->write({tile_, command->read().group + 1, times.finish});
  }
  running_.clear();
}

}  // namespace scnn::pe
