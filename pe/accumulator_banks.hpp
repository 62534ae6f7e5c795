/// Accumulator banks: queues in front of two buffers of sums (machine.md S16, S19, S26).
#pragma once

#include <cstdint>
#include <span>
#include <systemc>
#include <vector>

#include "memory/architecture.hpp"
#include "memory/counters.hpp"
#include "memory/engine.hpp"
#include "memory/failures.hpp"
#include "memory/wire.hpp"
#include "pe/links.hpp"
#include "pe/tile_job.hpp"

namespace scnn::pe {

/// One update at its bank.
struct BankUpdate {
  std::uint16_t bank = 0;
  std::int64_t address = 0;
  std::int64_t value = 0;
};

/// What the crossbar delivers in one cycle.
struct BankDelivery {
  std::span<const BankUpdate> updates;
  std::int64_t group = 0;
  bool last = false;  ///< nothing of the group follows
};

class UpdateSink : public virtual sc_core::sc_interface {
 public:
  virtual void enqueue(const BankDelivery& delivery) = 0;
};

/// What the multiplier array sees of the banks: their state at the start of a cycle.
class BankStatus : public virtual sc_core::sc_interface {
 public:
  /// Updates in the longest queue.
  [[nodiscard]] virtual std::int64_t deepest_queue() const = 0;
};

/// What the PPU sees of the banks.
class SumSource : public virtual sc_core::sc_interface {
 public:
  /// The sums of a group by window address, to be read and set back to zero; empty when
  /// values are not computed.
  [[nodiscard]] virtual std::span<std::int64_t> sums(std::int64_t group) = 0;
};

/// Two windows of sums: one is added to while the other drains.
class SumBuffers {
 public:
  /// \param entries  of a window; 0 when values are not computed
  void resize(std::int64_t entries);
  [[nodiscard]] std::span<std::int64_t> of(std::int64_t group) {
    return buffers_[static_cast<std::size_t>(group % 2)];
  }

 private:
  std::vector<std::int64_t> buffers_[2];
};

/// The queues of all banks; one update leaves each non-empty queue per cycle.
///
/// Contract: a queue never holds more than `queue_threshold + F*I` updates, or ModelError.
class BankQueues {
 public:
  BankQueues(std::int64_t banks, std::int64_t limit);

  void push(const BankUpdate& u);
  /// Retires one update from every non-empty queue into `sums`; empty sums only keep time.
  void retire(std::span<std::int64_t> sums);
  [[nodiscard]] std::int64_t deepest() const { return deepest_; }
  /// Updates in all queues.
  [[nodiscard]] std::int64_t queued() const;

 private:
  struct Queue {
    std::vector<BankUpdate> updates;
    std::size_t head = 0;
    [[nodiscard]] std::size_t size() const { return updates.size() - head; }
    /// Forgets retired updates; storage is kept, so a run stops allocating early on.
    void compact() {
      if (head < updates.size() && head < 64) return;
      updates.erase(updates.begin(), updates.begin() + static_cast<std::ptrdiff_t>(head));
      head = 0;
    }
  };
  std::vector<Queue> queues_;
  std::int64_t limit_;
  std::int64_t deepest_ = 0;
};

/// Clocked: queues the cycle's updates, retires one per bank, and reports when a group
/// has left the queues.
class AccumulatorBanks : public sc_core::sc_module,
                         public UpdateSink,
                         public BankStatus,
                         public SumSource {
 public:
  memory::WireOut<FinishReport> finish{"finish"};

  AccumulatorBanks(const sc_core::sc_module_name& name, const memory::Architecture& arch,
                   memory::Engine engine, memory::Failures& failures);

  void enqueue(const BankDelivery& delivery) override;
  [[nodiscard]] std::int64_t deepest_queue() const override { return queues_.deepest(); }
  /// Updates in all queues, clocked only.
  [[nodiscard]] std::int64_t queued() const { return queues_.queued(); }
  [[nodiscard]] std::span<std::int64_t> sums(std::int64_t group) override {
    return buffers_.of(group);
  }
  void begin_tile(std::uint64_t tile, const TileJob& job);
  /// Updates accepted (S29), clocked only.
  [[nodiscard]] std::uint64_t& writes() { return writes_; }

 private:
  void tick();

  memory::Failures& failures_;
  SumBuffers buffers_;
  BankQueues queues_;
  std::vector<BankUpdate> delivered_;
  std::uint64_t tile_ = 0;
  std::int64_t group_ = 0;
  std::int64_t finished_ = 0;
  bool last_ = false;
  std::uint64_t writes_ = 0;
  sc_core::sc_event received_;
};

}  // namespace scnn::pe
