#include "memory/weight_fifo.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sparse_formats/error.hpp"

namespace scnn::memory {

WeightQueue::WeightQueue(std::int64_t capacity, std::int64_t F)
    : width_(static_cast<std::size_t>(F)),
      weights_(static_cast<std::size_t>(capacity * F)),
      counts_(static_cast<std::size_t>(capacity)) {}

void WeightQueue::clear() { pushed_ = popped_ = 0; }

void WeightQueue::push(std::span<const sparse::StoredWeight> vector) {
  if (full() || vector.size() > width_)
    throw ModelError(fmt::format("weight FIFO: entry {} of {} weights pushed, holding {} of {}",
                                 pushed_, vector.size(), pushed_ - popped_, counts_.size()));
  const std::size_t s = slot(pushed_++);
  counts_[s] = static_cast<std::uint32_t>(vector.size());
  std::copy(vector.begin(), vector.end(), weights_.begin() + static_cast<long>(s * width_));
}

void WeightQueue::pop() {
  if (popped_ == pushed_) throw ModelError(fmt::format("weight FIFO: pop {} of nothing", popped_));
  ++popped_;
}

std::span<const sparse::StoredWeight> WeightQueue::at(std::size_t entry) const {
  if (entry < popped_ || entry >= pushed_)
    throw ModelError(
        fmt::format("weight FIFO: entry {} read, holding [{}, {})", entry, popped_, pushed_));
  const std::size_t s = slot(entry);
  return std::span(weights_).subspan(s * width_, counts_[s]);
}

WeightFifo::WeightFifo(const sc_core::sc_module_name& name, const Architecture& arch, Engine engine,
                       Failures& failures)
    : sc_core::sc_module(name),
      failures_(failures),
      queue_(engine == Engine::clocked ? arch.weight_fifo_entries : 1, arch.F) {
  if (engine != Engine::clocked) return;
  SC_HAS_PROCESS(WeightFifo);
  SC_METHOD(tick);
  sensitive << clock.pos();
  dont_initialize();
}

void WeightFifo::begin_tile(std::uint64_t tile) {
  queue_.clear();
  tile_ = tile;
  late_ = true;
}

void WeightFifo::tick() {
  failures_.guard([this] {
    const ArrivalReport& report = arrivals->read();
    if (report.tile == tile_ && report.stream != nullptr) {
      late_ = report.late;
      while (queue_.pushed() < report.arrived)
        queue_.push(report.stream->weights_of(report.stream->vectors[queue_.pushed()]));
    }
    ready_.notify(sc_core::SC_ZERO_TIME);
  });
}

}  // namespace scnn::memory
