/// What an architecture file says, before defaults. Internal to sim/architecture_file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "memory/architecture.hpp"

namespace scnn::sim {

struct AccumulatorMirror {
  std::optional<std::int64_t> banks, entries_per_bank, queue_threshold;
  std::optional<memory::BankMap> bank_map;
  std::optional<memory::Bypass> bypass;
  std::optional<memory::Capacity> capacity;
};

struct DramMirror {
  std::optional<std::int64_t> bytes_per_cycle, latency_cycles;
};

struct PpuMirror {
  std::optional<std::int64_t> entries_per_cycle, halo_entries_per_cycle;
};

/// Members are named as in memory::Architecture, so that one list of fields serves both.
struct ArchitectureMirror {
  std::optional<std::string> name;
  std::optional<double> clock_ghz;
  std::optional<std::int64_t> pe_rows, pe_cols, F, I, kc;
  std::optional<int> weight_bits, activation_bits, accumulator_bits, index_bits;
  AccumulatorMirror accumulator;
  std::optional<std::int64_t> iaram_bytes, oaram_bytes;
  std::optional<std::int64_t> weight_fifo_entries, broadcast_entries_per_cycle;
  DramMirror dram;
  PpuMirror ppu;
  std::optional<memory::StrideMode> stride_mode;
  std::optional<bool> shared_indices, skip_zero_weights, skip_zero_activations;
};

}  // namespace scnn::sim
