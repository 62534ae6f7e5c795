/// Weight FIFO of one PE (machine.md S15, S20).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <systemc>
#include <vector>

#include "memory/architecture.hpp"
#include "memory/engine.hpp"
#include "memory/failures.hpp"
#include "memory/links.hpp"
#include "memory/wire.hpp"

namespace scnn::memory {

/// Ring of weight vectors. Entries are numbered as in the stream: the FIFO holds
/// `[popped, pushed)`.
///
/// Contract: `push` needs `!full()`, `at(j)` an entry that is held, `pop` a held entry;
/// otherwise ModelError.
class WeightQueue {
 public:
  WeightQueue(std::int64_t capacity, std::int64_t F);

  void clear();
  void push(std::span<const sparse::StoredWeight> vector);
  void pop();
  [[nodiscard]] std::span<const sparse::StoredWeight> at(std::size_t entry) const;
  [[nodiscard]] std::size_t pushed() const { return pushed_; }
  [[nodiscard]] std::size_t popped() const { return popped_; }
  [[nodiscard]] bool full() const { return pushed_ - popped_ == counts_.size(); }

 private:
  [[nodiscard]] std::size_t slot(std::size_t entry) const { return entry % counts_.size(); }

  std::size_t width_;
  std::vector<sparse::StoredWeight> weights_;  ///< capacity * F
  std::vector<std::uint32_t> counts_;
  std::size_t pushed_ = 0, popped_ = 0;
};

/// What the multiplier array sees of the FIFO.
class WeightSource : public virtual sc_core::sc_interface {
 public:
  /// Entries `[0, arrived())` of the tile's stream have arrived in earlier cycles.
  [[nodiscard]] virtual std::size_t arrived() const = 0;
  [[nodiscard]] virtual std::size_t popped() const = 0;
  [[nodiscard]] virtual std::span<const sparse::StoredWeight> at(std::size_t entry) const = 0;
  virtual void pop() = 0;
  /// The supply is what a PE waits for in this cycle (S28).
  [[nodiscard]] virtual bool supply_late() const = 0;
};

/// Clocked: takes what the broadcast sent in the previous cycle at each rising edge,
/// then lets the multiplier array run, and reports its pops of the cycle.
class WeightFifo : public sc_core::sc_module, public WeightSource {
 public:
  sc_core::sc_in<bool> clock{"clock"};
  WireIn<ArrivalReport> arrivals{"arrivals"};
  WireOut<PopReport> pops{"pops"};

  WeightFifo(const sc_core::sc_module_name& name, const Architecture& arch, Engine engine,
             Failures& failures);

  [[nodiscard]] std::size_t arrived() const override { return queue_.pushed(); }
  [[nodiscard]] std::size_t popped() const override { return queue_.popped(); }
  [[nodiscard]] std::span<const sparse::StoredWeight> at(std::size_t entry) const override {
    return queue_.at(entry);
  }
  void pop() override {
    queue_.pop();
    pops->write({tile_, queue_.popped(), {}});
  }
  [[nodiscard]] bool supply_late() const override { return late_; }
  /// Fires when the cycle's arrivals are in.
  [[nodiscard]] const sc_core::sc_event& default_event() const override { return ready_; }

  /// Tile number `tile` begins: nothing of the previous one is left.
  void begin_tile(std::uint64_t tile);

 private:
  void tick();

  Failures& failures_;
  WeightQueue queue_;
  bool late_ = true;
  std::uint64_t tile_ = 0;
  sc_core::sc_event ready_;
};

}  // namespace scnn::memory
