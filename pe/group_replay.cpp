#include "pe/group_replay.hpp"

#include <algorithm>
#include <limits>

#include "memory/time_kernel.hpp"
#include "pe/waits.hpp"

namespace scnn::pe {
namespace {

using memory::kBefore;

/// A cycle counted from the start of the group.
std::int64_t from_start(std::int64_t cycle, std::int64_t start) {
  return std::max<std::int64_t>(cycle - start, kBefore);
}

}  // namespace

void GroupReplay::start(const GroupRecord& record, std::size_t team, const TeamOperands& operands,
                        bool strict, const TileJob& job, std::int64_t group, std::int64_t start) {
  const auto g = static_cast<std::size_t>(group);
  record_ = &record;
  team_ = &record.teams[team];
  operands_ = &operands;
  strict_ = strict;
  blocks_ = job.stream->group_blocks(g);
  span_ = {job.stream->group_first[g], job.stream->group_first[g + 1], start};
  checked_ = block_ = at_ = popped_ = counted_blocks_ = 0;
  steps_.fill(0);
  differs_ = false;
}

bool GroupReplay::agrees(const ArrivalView& arrivals, std::size_t end) {
  const auto first_other = [&](const std::int64_t* times, const std::vector<std::int32_t>& told) {
    return checked_ + memory::as_recorded({times + span_.first + checked_, end - checked_},
                                          span_.start, told.data() + checked_);
  };
  // Where each of the two differs first, from `checked_` on.
  std::size_t arrival = 0, late = 0;
  for (bool known = false; checked_ < end; known = true) {
    if (!known || arrival < checked_) arrival = first_other(arrivals.cycle, record_->arrival);
    if (!known || late < checked_) late = first_other(arrivals.late_until, record_->late);
    checked_ = std::min(arrival, late);
    if (checked_ == end) break;
    if (strict_ || !harmless(arrivals, checked_)) return false;
    ++checked_;
  }
  return true;
}

/// Whether an entry's arrival, and the end of its late supply, make no difference to the team
/// where they differ from the record: neither now nor then did any member wait for them.
///
/// A member that has taken n steps of the group wants the entry in cycle n of the group at the
/// earliest, and has waited for all entries before. What a member pops that takes none at all,
/// others pop later.
bool GroupReplay::harmless(const ArrivalView& arrivals, std::size_t entry) {
  if (operands_->idle()) return false;
  const std::size_t j = span_.first + entry;
  for (; counted_blocks_ < blocks_.size(); ++counted_blocks_) {
    const memory::BlockVectors& block = blocks_[counted_blocks_];
    if (block.first + block.count > j) break;
    for (std::size_t p = 0; p < operands_->members; ++p)
      steps_[p] += operands_->vectors[counted_blocks_][p] * block.count;
  }
  std::int64_t fewest = std::numeric_limits<std::int64_t>::max();
  for (std::size_t p = 0; p < operands_->members; ++p)
    if (!operands_->idle(p)) fewest = std::min(fewest, steps_[p]);  // idle ones are not on record
  // Of a member that takes no step in the entry's block, the last pop was in its last cycle.
  const std::int64_t wanted = std::max<std::int64_t>(fewest - 2, kBefore);
  const auto same = [&](std::int64_t now, std::int64_t then, std::int64_t enough) {
    return now == then || (now <= enough && then <= enough);
  };
  const std::int64_t arrival = from_start(arrivals.cycle[j], span_.start);
  const std::int64_t before =
      entry > 0 ? std::min<std::int64_t>(from_start(arrivals.cycle[j - 1], span_.start),
                                         record_->arrival[entry - 1])
                : kBefore;
  return same(arrival, record_->arrival[entry], wanted) &&
         same(from_start(arrivals.late_until[j], span_.start), record_->late[entry],
              std::max(wanted, before));
}

std::span<const std::int64_t> GroupReplay::advance(const ArrivalView& arrivals) {
  if (differs_) return {};
  arrivals_ = arrivals;
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
  const std::size_t count = end - popped_;
  if (pops_.size() < count) pops_.resize(count);
  memory::recall_times(std::span(team_->pops).subspan(popped_, count), span_.start, pops_.data());
  popped_ = end;
  return std::span(pops_).first(count);
}

GroupTimes GroupReplay::times(std::size_t member) const {
  if (operands_->idle(member))
    return idle_times(arrivals_, span_.first - arrivals_.first, span_.end - arrivals_.first,
                      span_.start);
  GroupTimes times = team_->times[member];
  times.finish += span_.start;
  return times;
}

void record_arrivals(GroupRecord& record, const ArrivalView& arrivals, const GroupSpan& span) {
  const std::size_t first = span.first - arrivals.first, count = span.end - span.first;
  record.arrival.resize(count);
  record.late.resize(count);
  memory::record_times({arrivals.cycle + first, count}, span.start, record.arrival.data());
  memory::record_times({arrivals.late_until + first, count}, span.start, record.late.data());
}

void record_team(GroupRecord& record, std::size_t team, std::span<const std::int64_t> pops,
                 std::span<const GroupTimes> times, const GroupSpan& span) {
  GroupRecord::Team& own = record.teams[team];
  own.pops.resize(pops.size());
  memory::record_times(pops, span.start, own.pops.data());
  std::copy(times.begin(), times.end(), own.times.begin());
  for (std::size_t m = 0; m < times.size(); ++m) own.times[m].finish -= span.start;
}

}  // namespace scnn::pe
