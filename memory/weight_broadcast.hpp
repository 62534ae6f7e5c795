/// Weight broadcast: sends the stream to the FIFOs of all PEs at once (machine.md S23).
#pragma once

#include <cstdint>
#include <systemc>

#include "memory/architecture.hpp"
#include "memory/arrivals.hpp"
#include "memory/engine.hpp"
#include "memory/failures.hpp"
#include "memory/links.hpp"
#include "memory/wire.hpp"

namespace scnn::memory {

/// An entry is sent once it is on chip, every FIFO has a free place, and fewer than
/// `broadcast_entries_per_cycle` have been sent in the cycle.
///
/// Clocked: one decision per rising edge; a FIFO's place counts as free in the cycle
/// after the pop. Decoupled: on every round of pop reports the arrival cycles of all
/// entries that have become certain.
class WeightBroadcast : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> clock{"clock"};
  WireIn<StreamCommand> command{"command"};
  WireIn<OnChipReport> on_chip{"on_chip"};
  sc_core::sc_vector<WireIn<PopReport>> pops;  ///< one per PE
  WireOut<ArrivalReport> arrivals{"arrivals"};

  WeightBroadcast(const sc_core::sc_module_name& name, const Architecture& arch, Engine engine,
                  Failures& failures);

  /// Vectors sent, times the PEs that received them (S30).
  [[nodiscard]] std::uint64_t fifo_writes() const { return fifo_writes_; }
  /// Entries of the current tile sent so far.
  [[nodiscard]] std::size_t sent() const { return report_.arrived; }
  /// The current tile's arrivals as far as they are known; decoupled only.
  [[nodiscard]] const Arrivals& ahead() const { return ahead_; }

 private:
  void tick();
  void collect();
  void begin_ahead(const StreamCommand& c);

  const Architecture& arch_;
  Failures& failures_;
  std::uint64_t tile_ = 0;
  ArrivalReport report_;
  std::uint64_t fifo_writes_ = 0;
  Arrivals ahead_;
  std::vector<std::size_t> merged_;  ///< pops of each PE already merged
};

}  // namespace scnn::memory
