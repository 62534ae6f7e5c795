/// The resolved architecture: every parameter of the machine, validated.
///
/// Files and defaults are resolved into this struct in sim/ (the only place that
/// reads JSON) and passed down by const reference. Names are those of the
/// architecture file; docs/formats.md gives their meaning, machine.md the rules.
#pragma once

#include <cstdint>
#include <string>

namespace scnn::memory {

enum class Bypass : std::uint8_t { none, step };                          ///< S17
enum class Capacity : std::uint8_t { ignore, shrink_kc, split_plane };    ///< S10
enum class StrideMode : std::uint8_t { phases, discard };                 ///< S18
enum class BankMap : std::uint8_t { linear, xor_folded, prime, skewed };  ///< S16

struct Accumulator {
  std::int64_t banks = 32;
  std::int64_t entries_per_bank = 32;
  std::int64_t queue_threshold = 4;  ///< updates a bank queue may hold at an issue (S19)
  BankMap bank_map = BankMap::linear;
  Bypass bypass = Bypass::none;
  Capacity capacity = Capacity::ignore;
  friend bool operator==(const Accumulator&, const Accumulator&) = default;
};

struct Dram {
  std::int64_t bytes_per_cycle = 50;
  std::int64_t latency_cycles = 100;
  friend bool operator==(const Dram&, const Dram&) = default;
};

struct PpuRates {
  std::int64_t entries_per_cycle = 32;
  std::int64_t halo_entries_per_cycle = 4;
  friend bool operator==(const PpuRates&, const PpuRates&) = default;
};

/// Defaults are the machine of SCNN (ISCA 2017), Table 3.
struct Architecture {
  std::string name = "scnn-isca17";
  double clock_ghz = 1.0;
  std::int64_t pe_rows = 8, pe_cols = 8;
  std::int64_t F = 4;  ///< weights per weight vector
  std::int64_t I = 4;  ///< activations per activation vector
  std::int64_t kc = 8;
  int weight_bits = 16, activation_bits = 16, accumulator_bits = 24, index_bits = 4;
  Accumulator accumulator;
  std::int64_t iaram_bytes = 10240, oaram_bytes = 10240;
  std::int64_t weight_fifo_entries = 50;
  std::int64_t broadcast_entries_per_cycle = 4;
  Dram dram;
  PpuRates ppu;
  StrideMode stride_mode = StrideMode::phases;
  bool shared_indices = true;
  bool skip_zero_weights = true, skip_zero_activations = true;
  friend bool operator==(const Architecture&, const Architecture&) = default;

  [[nodiscard]] std::int64_t pe_count() const { return pe_rows * pe_cols; }
  [[nodiscard]] std::int64_t accumulator_entries() const {
    return accumulator.banks * accumulator.entries_per_bank;
  }
};

}  // namespace scnn::memory
