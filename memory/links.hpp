/// What travels on the wires of the weight supply.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "memory/weight_stream.hpp"

namespace scnn::memory {

/// Sequencer to DRAM channel and weight broadcast: a tile begins. A null stream ends
/// the supply.
struct StreamCommand {
  std::uint64_t tile = 0;  ///< serial number; a new one restarts the stream
  const WeightStream* stream = nullptr;
};

/// DRAM channel to weight broadcast, once per clock: entries `[0, count)` are on chip
/// in the coming cycle.
struct OnChipReport {
  std::uint64_t tile = 0;
  std::size_t count = 0;
};

/// Weight broadcast to all PEs: entries `[0, arrived)` of the stream have been sent.
///
/// Clocked: those that arrived in cycles before the one that reads this; `late` says
/// whether the supply is what the coming cycle waits for. Decoupled: those whose arrival
/// is known, with their cycles.
struct ArrivalReport {
  std::uint64_t tile = 0;
  const WeightStream* stream = nullptr;
  std::size_t arrived = 0;
  bool late = true;
  const std::int64_t* cycle = nullptr;
  const std::int64_t* late_until = nullptr;
};

/// PE to weight broadcast: entries `[0, popped)` have left its FIFO; the times of those
/// that left since the last report (decoupled only).
///
/// PEs that run side by side tell their pops together, through the first of them. What
/// `times` points to stays until the report after the next is written.
struct PopReport {
  std::uint64_t tile = 0;
  std::size_t popped = 0;
  std::span<const std::int64_t> times;  ///< when the last of `pes` PEs popped an entry
  std::size_t pes = 1;                  ///< this PE and the next ones
};

}  // namespace scnn::memory
