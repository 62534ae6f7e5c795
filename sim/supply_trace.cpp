#include "sim/supply_trace.hpp"

namespace scnn::sim {

void SupplyTrace::begin(const memory::WeightStream& stream, std::int64_t sample_cycles) {
  stream_ = &stream;
  sample_cycles_ = sample_cycles;
  cycle_ = 0;
  on_chip_group_ = first_group_ = last_group_ = 0;
  last_ = {};
  groups_.assign(stream.groups(), {});
  samples_.clear();
}

void SupplyTrace::cycle(std::size_t on_chip, std::size_t sent) {
  if (on_chip != last_.on_chip || sent != last_.sent) pass_groups(on_chip, sent);
  ++cycle_;
  last_ = {cycle_, on_chip, sent};
  if (cycle_ % sample_cycles_ == 0) samples_.push_back(last_);
}

void SupplyTrace::pass_groups(std::size_t on_chip, std::size_t sent) {
  const auto& first = stream_->group_first;
  const auto empty = [&](std::size_t g) { return first[g] == first[g + 1]; };
  const std::size_t count = groups_.size();
  for (; on_chip_group_ < count && on_chip >= first[on_chip_group_ + 1]; ++on_chip_group_)
    if (!empty(on_chip_group_)) groups_[on_chip_group_].on_chip = cycle_ + 1;
  for (; first_group_ < count && (sent > first[first_group_] || empty(first_group_));
       ++first_group_)
    if (!empty(first_group_)) groups_[first_group_].first_sent = cycle_;
  for (; last_group_ < count && sent >= first[last_group_ + 1]; ++last_group_)
    if (!empty(last_group_)) groups_[last_group_].last_sent = cycle_;
}

void SupplyTrace::end() {
  if (last_.end > 0 && last_.end % sample_cycles_ != 0) samples_.push_back(last_);
}

}  // namespace scnn::sim
