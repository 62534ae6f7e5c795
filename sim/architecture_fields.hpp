/// The keys of an architecture file, each declared once: order, type, range, choices.
/// Internal to sim/architecture_file.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "workloads/json_reader.hpp"

namespace scnn::sim {

// Names of the enumerators of memory/architecture.hpp, in their order.
inline constexpr std::array<std::string_view, 4> kBankMapNames{"linear", "xor", "prime", "skewed"};
inline constexpr std::array<std::string_view, 2> kBypassNames{"none", "step"};
inline constexpr std::array<std::string_view, 3> kCapacityNames{"ignore", "shrink-kc",
                                                                "split-plane"};
inline constexpr std::array<std::string_view, 2> kStrideModeNames{"phases", "discard"};
/// S24 knows one barrier; the key is there so that a file can say it.
inline constexpr std::array<std::string_view, 1> kBarrierNames{"group"};

/// Most PEs of an array, `pe_rows * pe_cols`.
inline constexpr std::int64_t kMaxPes = 4096;

// Counts without a limit of their own end where products of them still fit 64 bits.
inline constexpr workloads::IntegerRange kFromOne{1, std::int64_t{1} << 30};
inline constexpr workloads::IntegerRange kFromZero{0, std::int64_t{1} << 30};
inline constexpr workloads::IntegerRange kRamBytes{0, std::int64_t{1} << 40};
inline constexpr workloads::IntegerRange kArraySide{1, 1024};
inline constexpr workloads::IntegerRange kVectorLength{1, 64};
inline constexpr workloads::IntegerRange kKc{1, 65536};
inline constexpr workloads::IntegerRange kOperandBits{2, 16};
inline constexpr workloads::IntegerRange kAccumulatorBits{2, 63};
inline constexpr workloads::IntegerRange kIndexBits{1, 16};
inline constexpr workloads::IntegerRange kBanks{1, 4096};
inline constexpr workloads::IntegerRange kQueueThreshold{0, 65535};

/// Shows every field to `v` in the order of the file.
///
/// \tparam Fields   memory::Architecture or ArchitectureMirror, possibly const
/// \tparam Visitor  has text, positive, integer, flag, choice (key, field, ...),
///                  constant(key, names) for a key without a field, and
///                  object(key, f), which calls f with the visitor of the inner object
template <class Fields, class Visitor>
void visit_fields(Fields& a, Visitor& v) {
  v.text("name", a.name);
  v.positive("clock_ghz", a.clock_ghz);
  v.integer("pe_rows", a.pe_rows, kArraySide);
  v.integer("pe_cols", a.pe_cols, kArraySide);
  v.object("multiplier_array", [&a](auto& inner) {
    inner.integer("F", a.F, kVectorLength);
    inner.integer("I", a.I, kVectorLength);
  });
  v.integer("kc", a.kc, kKc);
  v.integer("weight_bits", a.weight_bits, kOperandBits);
  v.integer("activation_bits", a.activation_bits, kOperandBits);
  v.integer("accumulator_bits", a.accumulator_bits, kAccumulatorBits);
  v.integer("index_bits", a.index_bits, kIndexBits);
  v.object("accumulator", [&a](auto& inner) {
    inner.integer("banks", a.accumulator.banks, kBanks);
    inner.integer("entries_per_bank", a.accumulator.entries_per_bank, kFromOne);
    inner.integer("queue_threshold", a.accumulator.queue_threshold, kQueueThreshold);
    inner.choice("bank_map", a.accumulator.bank_map, kBankMapNames);
    inner.choice("bypass", a.accumulator.bypass, kBypassNames);
    inner.choice("capacity", a.accumulator.capacity, kCapacityNames);
  });
  v.integer("iaram_bytes", a.iaram_bytes, kRamBytes);
  v.integer("oaram_bytes", a.oaram_bytes, kRamBytes);
  v.integer("weight_fifo_entries", a.weight_fifo_entries, kFromOne);
  v.integer("broadcast_entries_per_cycle", a.broadcast_entries_per_cycle, kFromOne);
  v.object("dram", [&a](auto& inner) {
    inner.integer("bytes_per_cycle", a.dram.bytes_per_cycle, kFromOne);
    inner.integer("latency_cycles", a.dram.latency_cycles, kFromZero);
  });
  v.object("ppu", [&a](auto& inner) {
    inner.integer("entries_per_cycle", a.ppu.entries_per_cycle, kFromOne);
    inner.integer("halo_entries_per_cycle", a.ppu.halo_entries_per_cycle, kFromOne);
  });
  v.choice("stride_mode", a.stride_mode, kStrideModeNames);
  v.constant("barrier", kBarrierNames);
  v.flag("shared_indices", a.shared_indices);
  v.flag("skip_zero_weights", a.skip_zero_weights);
  v.flag("skip_zero_activations", a.skip_zero_activations);
}

}  // namespace scnn::sim
