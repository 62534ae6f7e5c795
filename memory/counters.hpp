/// The integer counters of a layer (machine.md sections 6 and 7), declared once.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace scnn::memory {

/// Plain values that add; ratios belong to whoever shows them.
struct Counters {
  std::uint64_t cycles = 0, compute_cycles = 0, dcnn_cycles = 0, oracle_cycles = 0;
  // One per PE-cycle (S28); their sum is PEs * compute_cycles.
  std::uint64_t issue = 0, bank_stall = 0, weight_wait = 0, backpressure_wait = 0, barrier_wait = 0,
                buffer_wait = 0, drain = 0;
  // Work (S29).
  std::uint64_t steps = 0, slots = 0, products = 0, updates = 0, accumulator_writes = 0,
                accumulator_reads = 0, dropped_plane = 0, dropped_stride = 0,
                accumulator_overflows = 0;
  // References (S30).
  std::uint64_t iaram_reads = 0, oaram_writes = 0, weight_fifo_reads = 0, weight_fifo_writes = 0,
                halo_transfers = 0;
  std::uint64_t dram_weight_bits = 0, dram_activation_bits = 0, weight_index_bits = 0;

  Counters& operator+=(const Counters& other);
  friend bool operator==(const Counters&, const Counters&) = default;
};

/// Name, unit and meaning of one counter.
struct CounterInfo {
  std::string_view name;
  std::string_view unit;
  std::string_view description;
  std::uint64_t Counters::*member;
};

/// Every counter, in alphabetical order of its name.
[[nodiscard]] const std::array<CounterInfo, 28>& counter_table();

}  // namespace scnn::memory
