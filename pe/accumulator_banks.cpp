#include "pe/accumulator_banks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sparse_formats/error.hpp"

namespace scnn::pe {

void SumBuffers::resize(std::int64_t entries) {
  for (auto& b : buffers_) b.assign(static_cast<std::size_t>(entries), 0);
}

BankQueues::BankQueues(std::int64_t banks, std::int64_t limit)
    : queues_(static_cast<std::size_t>(banks)), limit_(limit) {}

void BankQueues::push(const BankUpdate& u) {
  Queue& q = queues_[u.bank];
  q.updates.push_back(u);
  const auto size = static_cast<std::int64_t>(q.size());
  if (size > limit_)
    throw ModelError(fmt::format("accumulator bank {}: {} updates queued, at most {} can be",
                                 u.bank, size, limit_));
  deepest_ = std::max(deepest_, size);
}

void BankQueues::retire(std::span<std::int64_t> sums) {
  if (deepest_ == 0) return;
  deepest_ = 0;
  for (Queue& q : queues_) {
    if (q.size() == 0) continue;
    const BankUpdate& u = q.updates[q.head++];
    if (!sums.empty()) sums[static_cast<std::size_t>(u.address)] += u.value;
    deepest_ = std::max(deepest_, static_cast<std::int64_t>(q.size()));
    q.compact();
  }
}

std::int64_t BankQueues::queued() const {
  std::int64_t updates = 0;
  for (const Queue& q : queues_) updates += static_cast<std::int64_t>(q.size());
  return updates;
}

AccumulatorBanks::AccumulatorBanks(const sc_core::sc_module_name& name,
                                   const memory::Architecture& arch, memory::Engine engine,
                                   memory::Failures& failures)
    : sc_core::sc_module(name),
      failures_(failures),
      queues_(arch.accumulator.banks, arch.accumulator.queue_threshold + arch.F * arch.I) {
  if (engine != memory::Engine::clocked) return;
  SC_HAS_PROCESS(AccumulatorBanks);
  SC_METHOD(tick);
  sensitive << received_;
  dont_initialize();
}

void AccumulatorBanks::begin_tile(std::uint64_t tile, const TileJob& job) {
  tile_ = tile;
  finished_ = 0;
  buffers_.resize(job.values ? job.window_entries() : 0);
}

void AccumulatorBanks::enqueue(const BankDelivery& delivery) {
  delivered_.assign(delivery.updates.begin(), delivery.updates.end());
  group_ = delivery.group;
  last_ = delivery.last;
  received_.notify(sc_core::SC_ZERO_TIME);
}

void AccumulatorBanks::tick() {
  failures_.guard([this] {
    writes_ += delivered_.size();
    for (const BankUpdate& u : delivered_) queues_.push(u);
    delivered_.clear();
    queues_.retire(buffers_.of(group_));
    if (!last_ || queues_.deepest() > 0 || finished_ > group_) return;
    finished_ = group_ + 1;
    finish->write({tile_, finished_, 0});
  });
}

}  // namespace scnn::pe
