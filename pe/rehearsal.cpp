#include "pe/rehearsal.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "pe/group_replay.hpp"
#include "pe/step_tables.hpp"

namespace scnn::pe {
namespace {

/// Records that may fail before a tile is no longer rehearsed.
constexpr std::size_t kMostRefuted = 2;
/// Groups that each thread may be ahead of the machine.
constexpr std::size_t kGroupsAhead = 2;
/// With fewer groups for each of two threads the last one leaves the other waiting for too long.
/// Nor are more groups taken up ahead than that many threads would.
constexpr std::size_t kFewestGroups = 8;

}  // namespace

Rehearsal::~Rehearsal() { end_tile(); }

void Rehearsal::begin_tile(const TileJob& job, std::size_t teams) {
  job_ = &job;
  const std::size_t threads =
      std::min(static_cast<std::size_t>(workers_.threads()), job.stream->groups() / kFewestGroups);
  active_ = threads > 1 && teams > 0 && job.kept == nullptr && job.tables->usable();
  refuted_ = 0;
  record_ = nullptr;
  reached_ = -1;
  if (!active_) return;
  operands_.assign(teams, nullptr);
  places_.resize(1 + threads * kGroupsAhead);
  stages_.reserve(static_cast<std::size_t>(workers_.threads()));
  next_ = end_ = 0;
}

void Rehearsal::reach(std::int64_t group) {
  reached_ = group;
  went_on_ = false;
  refuting_teams_ = 0;
  record_ = nullptr;
  if (!active_) return;
  std::unique_lock lock(mutex_);
  if (next_ <= group) {
    next_ = group + 1;
    return;
  }
  Place& p = place(group);
  while (p.state == State::taken) {
    lock.unlock();
    const bool helped = rehearse_next();
    lock.lock();
    if (!helped) done_.wait(lock, [&] { return p.state != State::taken; });
  }
  if (p.state == State::ready) record_ = &p.record;
}

bool Rehearsal::more() {
  if (!active_) return false;
  const std::lock_guard lock(mutex_);
  return next_ < job_->groups();
}

void Rehearsal::go_on() {
  if (!active_ || went_on_) return;
  went_on_ = true;
  std::int64_t more = 0;
  {
    const std::lock_guard lock(mutex_);
    const std::int64_t end =
        std::min(job_->groups(), reached_ + static_cast<std::int64_t>(places_.size()));
    // The place of the group before the one reached is free.
    more = std::max<std::int64_t>(end - std::max(end_, next_), 0);
    end_ = std::max(end_, end);
  }
  for (; more > 0; --more) workers_.start([this] { rehearse_next(); });
}

std::span<const std::uint64_t> Rehearsal::weight_counts() const {
  return places_[static_cast<std::size_t>(reached_) % places_.size()].weight_counts;
}

void Rehearsal::refute(std::size_t teams) {
  record_ = nullptr;
  if (!active_) return;
  // A few teams that go another way are better than none that goes by the record.
  const auto most = static_cast<std::size_t>(std::count_if(
      operands_.begin(), operands_.end(), [](const TeamOperands* o) { return !o->idle(); }));
  const bool few_before = 2 * refuting_teams_ <= most;
  refuting_teams_ += teams;
  if (!few_before || 2 * refuting_teams_ <= most || ++refuted_ < kMostRefuted) return;
  active_ = false;
  const std::lock_guard lock(mutex_);
  end_ = 0;
}

void Rehearsal::end_tile() {
  {
    const std::lock_guard lock(mutex_);
    end_ = 0;
  }
  workers_.finish_started();
  active_ = false;
  record_ = nullptr;
}

/// \return whether there was a group to take up
bool Rehearsal::rehearse_next() {
  std::unique_ptr<Stage> stage;
  std::int64_t group = 0;
  {
    const std::lock_guard lock(mutex_);
    if (next_ >= end_) return false;
    group = next_++;
    place(group).state = State::taken;
    if (!stages_.empty()) {
      stage = std::move(stages_.back());
      stages_.pop_back();
    }
  }
  State state = State::failed;
  try {
    if (!stage) stage = std::make_unique<Stage>();
    play(group, *stage, place(group));
    state = State::ready;
  } catch (const std::exception&) {
    // The machine will run the group itself, and meet what happened here where it can say so.
  }
  {
    const std::lock_guard lock(mutex_);
    place(group).state = state;
    if (stage) stages_.push_back(std::move(stage));  // there is room: no more than threads
  }
  done_.notify_all();
  return true;
}

void Rehearsal::play(std::int64_t group, Stage& stage, Place& place) const {
  const auto g = static_cast<std::size_t>(group);
  const memory::WeightStream& stream = *job_->stream;
  const GroupSpan span{stream.group_first[g], stream.group_first[g + 1], 0};
  const std::size_t teams = operands_.size();
  place.weight_counts.assign(job_->tables->count_size(), 0);
  stage.rows.begin_group(*job_->tables, group, place.weight_counts);
  stage.arrivals.start_supplied(*job_->arch, span.end - span.first, teams);
  stage.teams.resize(teams);
  stage.pops.resize(teams);
  stage.together.clear();
  for (std::size_t t = 0; t < teams; ++t) {
    stage.teams[t].start_tile(*job_, *operands_[t]);
    stage.teams[t].start_group(group, 0, stage.rows);
    stage.pops[t].clear();
    stage.together.push_back(&stage.teams[t]);
  }
  const auto view = [&] {
    return ArrivalView{span.first + stage.arrivals.known(), stage.arrivals.cycles(),
                       stage.arrivals.late_until(), span.first};
  };
  while (stage.arrivals.extend()) {
    std::size_t first = stage.teams[0].block();
    for (const TeamSteps& team : stage.teams) first = std::min(first, team.block());
    stage.rows.make(first, span.first + stage.arrivals.known());
    TeamSteps::advance(stage.together, view(), stage.room);
    for (std::size_t t = 0; t < teams; ++t) {
      const auto more = stage.teams[t].pops();
      stage.arrivals.report_pops(t, 1, more);
      stage.pops[t].insert(stage.pops[t].end(), more.begin(), more.end());
    }
  }
  place.record.run_entries = job_->tables->longest_run();
  place.record.teams.resize(teams);
  record_arrivals(place.record, view(), span);
  for (std::size_t t = 0; t < teams; ++t) {
    std::vector<GroupTimes> times;
    for (std::size_t m = 0; m < operands_[t]->members; ++m) {
      times.push_back(operands_[t]->idle(m) ? GroupTimes{} : stage.teams[t].times(m));
      if (times.back().finish > std::numeric_limits<std::int32_t>::max() / 2)
        throw std::length_error("a record has no room for so long a group");
    }
    record_team(place.record, t, stage.pops[t], times, span);
  }
}

}  // namespace scnn::pe
