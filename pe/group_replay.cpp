#include "pe/group_replay.hpp"

#include <algorithm>
#include <limits>

namespace scnn::pe {
namespace {

constexpr std::int32_t kBefore = -1;  ///< of what happened before the group began

/// A cycle counted from the start of the group.
std::int64_t from_start(std::int64_t cycle, std::int64_t start) {
  return std::max<std::int64_t>(cycle - start, kBefore);
}

/// A group that takes longer than a record can say is not kept (StepTeam::keep).
std::int32_t stored(std::int64_t cycle) {
  return static_cast<std::int32_t>(
      std::min<std::int64_t>(cycle, std::numeric_limits<std::int32_t>::max()));
}

}  // namespace

void GroupReplay::start(const GroupRecord& record, std::size_t team, const TileJob& job,
                        std::int64_t group, std::int64_t start) {
  const auto g = static_cast<std::size_t>(group);
  record_ = &record;
  team_ = &record.teams[team];
  blocks_ = job.stream->group_blocks(g);
  span_ = {job.stream->group_first[g], job.stream->group_first[g + 1], start};
  checked_ = block_ = at_ = popped_ = 0;
  differs_ = false;
}

bool GroupReplay::agrees(const ArrivalView& arrivals, std::size_t end) {
  const std::int32_t* arrival = record_->arrival.data();
  const std::int32_t* late = record_->late.data();
  for (; checked_ < end; ++checked_) {
    const std::size_t j = span_.first + checked_;
    if (from_start(arrivals.cycle[j], span_.start) != arrival[checked_] ||
        from_start(arrivals.late_until[j], span_.start) != late[checked_])
      return false;
  }
  return true;
}

std::span<const std::int64_t> GroupReplay::advance(const ArrivalView& arrivals) {
  if (differs_) return {};
  const std::size_t known = std::min(arrivals.known, span_.end);
  if (known > span_.first && !agrees(arrivals, known - span_.first)) {
    differs_ = true;
    return {};
  }
  // Whole runs, as the steps themselves are taken.
  std::size_t end = popped_;
  while (block_ < blocks_.size()) {
    const std::size_t next =
        std::min<std::size_t>(at_ + record_->run_entries, blocks_[block_].count);
    const std::size_t after = blocks_[block_].first + next;
    if (next > at_ && after > known) break;
    if (next > at_) end = after - span_.first;
    at_ = next;
    if (at_ < blocks_[block_].count) continue;
    ++block_;
    at_ = 0;
  }
  std::vector<std::int64_t>& pops = pops_[turn_ ^= 1];
  pops.resize(end - popped_);
  for (std::size_t i = 0; i < pops.size(); ++i) pops[i] = span_.start + team_->pops[popped_ + i];
  popped_ = end;
  return pops;
}

GroupTimes GroupReplay::times(std::size_t member) const {
  GroupTimes times = team_->times[member];
  times.finish += span_.start;
  return times;
}

void record_arrivals(GroupRecord& record, const ArrivalView& arrivals, const GroupSpan& span) {
  record.arrival.clear();
  record.late.clear();
  for (std::size_t j = span.first; j < span.end; ++j) {
    record.arrival.push_back(stored(from_start(arrivals.cycle[j], span.start)));
    record.late.push_back(stored(from_start(arrivals.late_until[j], span.start)));
  }
}

void record_team(GroupRecord& record, std::size_t team, std::span<const std::int64_t> pops,
                 std::span<const GroupTimes> times, const GroupSpan& span) {
  GroupRecord::Team& own = record.teams[team];
  own.pops.clear();
  for (const std::int64_t pop : pops) own.pops.push_back(stored(pop - span.start));
  std::copy(times.begin(), times.end(), own.times.begin());
  for (std::size_t m = 0; m < times.size(); ++m) own.times[m].finish -= span.start;
}

}  // namespace scnn::pe
