#include "pe/timeline.hpp"

#include <algorithm>

namespace scnn::pe {
namespace {

void append(std::vector<Stretch>& stretches, const Stretch& next) {
  if (!stretches.empty()) {
    Stretch& last = stretches.back();
    if (last.end == next.first && last.activity == next.activity && last.block == next.block) {
      last.end = next.end;
      return;
    }
  }
  stretches.push_back(next);
}

}  // namespace

void Share::add(Activity activity, std::int64_t from, std::int64_t to) {
  if (first == end) first = from;
  end = to;
  cycles[static_cast<std::size_t>(activity)] += static_cast<std::uint64_t>(to - from);
}

void Timeline::begin(const Scope& scope) {
  scope_ = scope;
  group_ = {};
  blocks_.clear();
  stretches_.clear();
  waits_.clear();
  samples_.clear();
}

void Timeline::add(Activity activity, std::int32_t block, std::int64_t from, std::int64_t to) {
  from = std::max(from, scope_.first);
  to = std::min(to, scope_.end);
  if (from >= to) return;
  if (waits_for_array(activity)) {
    append(waits_, {activity, kNoBlock, from, to});
    return;
  }
  group_.add(activity, from, to);
  if (scope_.detail == TraceDetail::group) return;
  if (block != kNoBlock) block -= block % scope_.blocks;
  if (blocks_.empty() || blocks_.back().block != block) blocks_.push_back({block, {}});
  blocks_.back().share.add(activity, from, to);
  if (scope_.detail == TraceDetail::step) append(stretches_, {activity, block, from, to});
}

std::int64_t Timeline::next_sample(std::int64_t cycle) const {
  constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
  cycle = std::max(cycle, scope_.first);
  if (cycle >= scope_.end) return kNever;
  const std::int64_t past = cycle % scope_.sample_cycles;
  if (past == 0) return cycle;
  const std::int64_t left = scope_.sample_cycles - past;
  // Not added first: a window may end at the last cycle there is.
  return left < scope_.end - cycle ? cycle + left : kNever;
}

}  // namespace scnn::pe
