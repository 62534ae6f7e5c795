#include "memory/arrivals.hpp"

#include <algorithm>
#include <limits>

#include "memory/time_kernel.hpp"

namespace scnn::memory {
namespace {

/// Before every cycle that anybody asks about.
constexpr std::int64_t kLongAgo = std::numeric_limits<std::int64_t>::min() / 2;

}  // namespace

void Arrivals::start(const Architecture& arch, const DramStream& dram, std::size_t pes) {
  reset(arch, dram.size(), pes);
  for (std::size_t j = 0; j < dram.size(); ++j) on_chip_[j] = dram.on_chip_cycle(j);
}

void Arrivals::start_supplied(const Architecture& arch, std::size_t entries, std::size_t pes) {
  reset(arch, entries, pes);
  std::fill(on_chip_.begin(), on_chip_.end(), kLongAgo);
}

void Arrivals::reset(const Architecture& arch, std::size_t entries, std::size_t pes) {
  fifo_entries_ = arch.weight_fifo_entries;
  per_cycle_ = arch.broadcast_entries_per_cycle;
  on_chip_.resize(entries);
  arrival_.assign(entries, 0);
  late_until_.assign(entries, 0);
  last_pop_.assign(entries, 0);
  popped_.assign(pes, 0);
  known_ = 0;
}

void Arrivals::report_pops(std::size_t pe, std::size_t count, std::span<const std::int64_t> times) {
  std::int64_t* last = last_pop_.data() + popped_[pe];
  keep_latest(last, times);
  for (std::size_t p = pe; p < pe + count; ++p) popped_[p] += times.size();
}

bool Arrivals::extend() {
  const std::size_t popped = *std::min_element(popped_.begin(), popped_.end());
  const std::size_t end =
      std::min(arrival_.size(), popped + static_cast<std::size_t>(fifo_entries_));
  if (end <= known_) return false;
  const auto lanes = static_cast<std::size_t>(per_cycle_);
  const auto depth = static_cast<std::size_t>(fifo_entries_);
  for (std::size_t j = known_; j < end; ++j) {
    std::int64_t supply = on_chip_[j];
    if (j >= lanes) supply = std::max(supply, arrival_[j - lanes] + 1);
    std::int64_t cycle = supply;
    if (j >= 1) cycle = std::max(cycle, arrival_[j - 1]);
    if (j >= depth) cycle = std::max(cycle, last_pop_[j - depth] + 1);
    late_until_[j] = supply;
    arrival_[j] = cycle;
  }
  known_ = end;
  return true;
}

}  // namespace scnn::memory
