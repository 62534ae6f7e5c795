// Energies of a layer, by hand.
#include "sim/energy.hpp"

#include <catch2/catch.hpp>

using namespace scnn;
using namespace scnn::sim;

namespace {

/// Every event at a price of its own, so that none can stand for another.
EnergyTable prices() {
  EnergyTable table;
  double price = 1.0;
  for (const EventInfo& info : event_table()) {
    (table.*info.member).pJ = price;
    price *= 2.0;
  }
  return table;  // multiply 1, add 2, iaram 4, oaram 8, fifo 16, crossbar 32, acc 64, ...
}

// 24 channels of 3 x 4 in two groups, 10 outputs of 3 x 4, kernels 3 x 3.
const LayerShape kShape{.C = 24,
                        .H = 3,
                        .W = 4,
                        .K = 10,
                        .R = 3,
                        .S = 3,
                        .pad_top = 1,
                        .pad_bottom = 1,
                        .pad_left = 1,
                        .pad_right = 1,
                        .groups = 2};

memory::Counters counters() {
  memory::Counters c;
  c.products = 1000;
  c.updates = 900;
  c.accumulator_reads = c.accumulator_writes = 800;
  c.iaram_reads = 70;
  c.oaram_writes = 60;
  c.weight_fifo_reads = 50;
  c.weight_fifo_writes = 40;
  c.halo_transfers = 30;
  c.dram_weight_bits = 2000;
  c.dram_activation_bits = 500;
  return c;
}

}  // namespace

TEST_CASE("SCNN pays for what its counters say") {
  const auto c = counters();
  const Energy e = scnn_energy({.shape = kShape, .counters = c}, {}, prices());
  CHECK(e.multiply == 1000);
  CHECK(e.add == (900 + 30) * 2);
  CHECK(e.activation_ram == 70 * 4 * 20 * 4 + 60 * 20 * 8);
  CHECK(e.weight_fifo == (50 + 40) * 4 * 20 * 16);
  CHECK(e.crossbar == 1000 * 32);
  CHECK(e.accumulator == (800 + 800 + 120 + 2 * 30) * 24 * 64);
  CHECK(e.halo == 30 * 24 * 128);
  CHECK(e.dram == 2500 * 512);
  CHECK(e.total() == e.multiply + e.add + e.activation_ram + e.weight_fifo + e.crossbar +
                         e.accumulator + e.halo + e.dram);
}

TEST_CASE("The dense machine pays for every multiply and every weight") {
  const auto c = counters();
  const Energy e = dense_energy({.shape = kShape, .counters = c}, {}, prices(), DenseMachine::dcnn);
  const double multiplies = 120 * 12 * 9;
  CHECK(e.multiply == multiplies);
  CHECK(e.add == multiplies * 2);
  // Two groups of one K-group each: every input is read once, every output written.
  CHECK(e.activation_ram == (288 + 120) * 16 * 256);
  CHECK(e.weight_fifo == multiplies * 16 * 16);
  CHECK(e.accumulator == 2 * 120 * 9 * 24 * 64);  // 12 channels are one dot product
  CHECK((e.crossbar == 0 && e.halo == 0));
  CHECK(e.dram == 10 * 12 * 9 * 16 * 512);
}

TEST_CASE("Kc below the output channels reads the inputs again") {
  memory::Architecture arch;
  arch.kc = 2;  // three K-groups in each group
  const auto c = counters();
  const LayerActivity layer{.shape = kShape, .counters = c};
  CHECK(dense_energy(layer, arch, prices(), DenseMachine::dcnn).activation_ram ==
        (3 * 288 + 120) * 16 * 256);
}

TEST_CASE("DCNN-opt saves multiplies at zeros, and DRAM traffic") {
  auto c = counters();
  const LayerActivity layer{
      .shape = kShape, .counters = c, .activation_density = 0.25, .temporal_tiles = 4};
  const Energy dense = dense_energy(layer, {}, prices(), DenseMachine::dcnn);
  const Energy opt = dense_energy(layer, {}, prices(), DenseMachine::dcnn_opt);
  CHECK(opt.multiply == 900);
  CHECK(opt.add == 900 * 2);
  CHECK(opt.weight_fifo == dense.weight_fifo);
  CHECK(opt.accumulator == dense.accumulator);
  CHECK(opt.activation_ram == dense.activation_ram);
  CHECK(opt.dram == 2000 / 4 * 512);  // the weights once, whatever SCNN's tiles
}

TEST_CASE("The first layer's image comes from DRAM, compressed where that is done") {
  const auto c = counters();
  const LayerActivity layer{
      .shape = kShape, .counters = c, .activation_density = 0.25, .first = true};
  const auto table = prices();
  CHECK(dense_energy(layer, {}, table, DenseMachine::dcnn).dram == (1080 * 16 + 288 * 16) * 512);
  CHECK(dense_energy(layer, {}, table, DenseMachine::dcnn_opt).dram == (2000 + 72 * 20) * 512);
}

TEST_CASE("Of what 2 MB do not hold, input and output have their parts in DRAM") {
  const auto c = counters();
  // 2 MB of input and 2 MB of output: half of both stays outside.
  const LayerShape large{.C = 64, .H = 128, .W = 128, .K = 64};
  const auto table = prices();
  const Energy e = dense_energy({.shape = large, .counters = c}, {}, table, DenseMachine::dcnn);
  CHECK(e.dram == (64.0 * 64 * 16 + 2.0 * 1024 * 1024 * 8) * 512);
  const LayerShape fitting{.C = 32, .H = 128, .W = 128, .K = 32};
  const Energy fits =
      dense_energy({.shape = fitting, .counters = c}, {}, table, DenseMachine::dcnn);
  CHECK(fits.dram == 32.0 * 32 * 16 * 512);
}

TEST_CASE("Multiplies go with both widths, adds with that of the sums") {
  memory::Architecture arch;
  arch.weight_bits = 8;
  arch.accumulator_bits = 48;
  const auto c = counters();
  const Energy e = scnn_energy({.shape = kShape, .counters = c}, arch, prices());
  CHECK(e.multiply == 500);
  CHECK(e.add == (900 + 30) * 4);
  CHECK(e.weight_fifo == (50 + 40) * 4 * 12 * 16);
}

TEST_CASE("Energies add component by component") {
  const auto c = counters();
  const LayerActivity layer{.shape = kShape, .counters = c};
  const auto table = prices();
  EnergyComparison sum = compare_energy(layer, {}, table);
  sum += sum;
  for (const auto& machine : compared_machines())
    for (const auto& component : energy_components())
      CHECK((sum.*machine.member).*component.member ==
            2 * (compare_energy(layer, {}, table).*machine.member).*component.member);
}
