// Lower bounds of a layer's cycles, and its mapping, by hand.
#include "sim/layer_bounds.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "sparse_formats/error.hpp"
#include "tests/support/one_layer.hpp"

using namespace scnn;
using namespace scnn::sim;

namespace {

/// The worked example of machine.md section 8.
workloads::QuantisedLayer worked_example() {
  return test::make_layer({.C = 1, .H = 1, .W = 4, .K = 4, .R = 1, .S = 2, .pad_right = 1},
                          {1, 2, 0, 3, 1, 1, 2, 0}, {1, 0, 2, 3});
}

memory::Architecture worked_machine() {
  memory::Architecture arch;
  arch.pe_rows = 1;
  arch.pe_cols = arch.F = arch.I = arch.kc = 2;
  arch.weight_bits = arch.activation_bits = 8;
  arch.accumulator.banks = 2;
  arch.weight_fifo_entries = 2;
  arch.broadcast_entries_per_cycle = 1;
  arch.dram = {.bytes_per_cycle = 3, .latency_cycles = 2};
  arch.ppu = {.entries_per_cycle = 2, .halo_entries_per_cycle = 1};
  return arch;
}

/// A row of ones under kernels of ones.
workloads::QuantisedLayer ones(std::int64_t W, std::int64_t K, std::int64_t S) {
  return test::make_layer({.C = 1, .H = 1, .W = W, .K = K, .R = 1, .S = S},
                          std::vector<std::int16_t>(static_cast<std::size_t>(K * S), 1),
                          std::vector<std::int16_t>(static_cast<std::size_t>(W), 1));
}

memory::Architecture one_multiplier() {
  memory::Architecture arch;
  arch.pe_rows = arch.pe_cols = arch.F = arch.I = 1;
  arch.kc = 2;
  return arch;
}

}  // namespace

TEST_CASE("the worked example has the mapping of its page") {
  const LayerMapping m = analyse(worked_example(), worked_machine(), 1).mapping;
  CHECK(m.kc == 2);
  CHECK(m.k_groups == 2);
  CHECK(m.temporal_tiles == 1);
  CHECK(m.Ht == 1);
  CHECK(m.Wt == 2);
  CHECK(m.idle_pes == 0);
  CHECK(m.HA == 1);
  CHECK(m.WA == 3);
  CHECK(m.window_entries == 6);
  CHECK(m.blocks == 2);
  CHECK(m.vectors == 4);
  CHECK(m.longest_block == 2);
  CHECK(m.long_blocks == 0);
  CHECK(m.stored_inputs == 3);
  CHECK(m.fullest_input == 2);
}

TEST_CASE("the worked example has the bounds that follow from its page") {
  const LayerBounds b = analyse(worked_example(), worked_machine(), 2).bounds;
  // Six stored weights meet one activation in PE 0 and two in PE 1: 18 pairs, 8 multipliers.
  CHECK(b.full_vectors == 3);
  CHECK(b.mean_steps == 4);
  CHECK(b.steps == 4);  // two in each group, in both PEs
  // PE 1 issues in cycles 0 and 2 of each group, as two updates of its first step share a bank,
  // and its queues are empty after cycle 2; PE 0 needs two cycles.
  CHECK(b.banks == 6);
  // On chip in 3, 4, 5, 5 and one a cycle: 3, 4, 5, 6; issued in 7, over at 8.
  CHECK(b.weights == 8);
  CHECK(b.drain == 10);
}

TEST_CASE("PEs that meet after every group wait for the busiest of each") {
  // PE 0 holds 3 activations of channel 0, PE 1 three of channel 1; a group per channel's
  // kernel, of which the other is zero.
  auto layer = test::make_layer({.C = 2, .H = 1, .W = 6, .K = 2, .R = 1, .S = 1}, {1, 0, 0, 1},
                                {1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1});
  memory::Architecture arch = one_multiplier();
  arch.pe_cols = 2;
  arch.kc = 1;
  const LayerBounds b = analyse(layer, arch, 1).bounds;
  CHECK(b.full_vectors == 3);
  CHECK(b.mean_steps == 3);
  CHECK(b.steps == 6);
  CHECK(b.banks == 6);
}

TEST_CASE("short vectors take steps that full ones would not") {
  memory::Architecture arch = one_multiplier();
  arch.F = arch.I = 4;
  const LayerBounds b = analyse(ones(5, 1, 1), arch, 1).bounds;  // 1 weight, 5 activations
  CHECK(b.full_vectors == 1);
  CHECK(b.steps == 2);
}

TEST_CASE("a bank's writes are those the bypass leaves") {
  memory::Architecture arch = one_multiplier();
  arch.F = arch.I = 4;
  arch.accumulator.banks = 1;
  CHECK(analyse(ones(4, 1, 3), arch, 1).bounds.banks == 6);
  arch.accumulator.bypass = memory::Bypass::step;
  CHECK(analyse(ones(4, 1, 3), arch, 1).bounds.banks == 2);
  arch.accumulator.banks = 2;
  CHECK(analyse(ones(4, 1, 3), arch, 1).bounds.banks == 1);
}

TEST_CASE("steps wait for bank queues above the threshold, and groups for the queues to empty") {
  // Four kernels and an activation a step: its four updates have the bank of its column.
  memory::Architecture arch = one_multiplier();
  arch.F = arch.kc = arch.accumulator.banks = 4;
  const auto banks = [&arch](std::int64_t threshold) {
    arch.accumulator.queue_threshold = threshold;
    return analyse(ones(4, 4, 1), arch, 1).bounds.banks;
  };
  CHECK(banks(0) == 16);  // issued in 0 4 8 12
  CHECK(banks(1) == 13);  // in 0 3 6 9, the last queue empty after 12
  CHECK(banks(2) == 10);  // in 0 2 4 6
  CHECK(banks(3) == 7);   // in 0 1 2 3
  CHECK(banks(4) == 7);
  CHECK(analyse(ones(4, 4, 1), arch, 1).bounds.steps == 4);
}

TEST_CASE("blocks longer than the FIFO are counted") {
  memory::Architecture arch = one_multiplier();
  arch.weight_fifo_entries = 1;
  const LayerAnalysis a = analyse(ones(4, 3, 1), arch, 1);  // groups of two kernels and of one
  CHECK(a.mapping.k_groups == 2);
  CHECK(a.mapping.blocks == 2);
  CHECK(a.mapping.longest_block == 2);
  CHECK(a.mapping.long_blocks == 1);
  CHECK(a.bounds.steps == 12);
  CHECK(a.bounds.weights == 103);  // all on chip in 101: 60 of 400 bits a cycle after 100
}

TEST_CASE("temporal tiles add up, PEs without inputs are counted") {
  memory::Architecture arch = one_multiplier();
  arch.pe_cols = 3;
  arch.accumulator.banks = 1;
  arch.accumulator.entries_per_bank = 1;
  arch.accumulator.capacity = memory::Capacity::split_plane;
  arch.kc = 1;
  const LayerAnalysis a = analyse(ones(4, 1, 1), arch, 1);  // 2 tiles of 2 columns, one a PE
  CHECK(a.mapping.temporal_tiles == 2);
  CHECK(a.mapping.Wt == 1);
  CHECK(a.mapping.idle_pes == 1);
  CHECK(a.mapping.window_entries == 1);
  CHECK(a.mapping.vectors == 1);
  CHECK(a.mapping.stored_inputs == 4);
  CHECK(a.bounds.steps == 2);
  CHECK(a.bounds.weights == 2 * 103);
  CHECK(a.bounds.drain == 2);
}

TEST_CASE("a signal ends the analysis") {
  const std::atomic<int> stop{2};
  CHECK_THROWS_AS(analyse(worked_example(), worked_machine(), 1, &stop), Interrupted);
}
