// Areas: the published machine, and how each component grows.
#include "sim/area.hpp"

#include <catch2/catch.hpp>

using namespace scnn;
using namespace scnn::sim;
using memory::Architecture;

namespace {

/// How many times as large a component of a PE is.
double growth(const Architecture& arch, double Area::*component) {
  return pe_area(arch).*component / (pe_area({}).*component);
}

}  // namespace

TEST_CASE("The default machine has the published areas") {
  const Area pe = pe_area({});
  CHECK(pe.activation_ram == 0.031);
  CHECK(pe.weight_fifo == 0.004);
  CHECK(pe.multiplier_array == 0.008);
  CHECK(pe.scatter_network == 0.026);
  CHECK(pe.accumulator_buffers == 0.036);
  CHECK(pe.other == 0.019);
  CHECK(pe.total() == Approx(0.124));
  CHECK(accelerator_area({}) == Approx(7.936));
}

TEST_CASE("Twice the weights per vector double FIFO and multipliers, and the crossbar") {
  Architecture arch;
  arch.F = 8;
  CHECK(growth(arch, &Area::weight_fifo) == Approx(2));
  CHECK(growth(arch, &Area::multiplier_array) == Approx(2));
  CHECK(growth(arch, &Area::scatter_network) == Approx(2));
  CHECK(growth(arch, &Area::activation_ram) == Approx(1));
  CHECK(growth(arch, &Area::accumulator_buffers) == Approx(1));
  CHECK(growth(arch, &Area::other) == Approx(1));
}

TEST_CASE("Twice the activations per vector double multipliers and crossbar only") {
  Architecture arch;
  arch.I = 8;
  CHECK(growth(arch, &Area::multiplier_array) == Approx(2));
  CHECK(growth(arch, &Area::scatter_network) == Approx(2));
  CHECK(growth(arch, &Area::weight_fifo) == Approx(1));
}

TEST_CASE("Banks are paid for twice, entries once, RAM bytes once") {
  Architecture arch;
  arch.accumulator.banks = 96;
  CHECK(growth(arch, &Area::scatter_network) == Approx(3));
  CHECK(growth(arch, &Area::accumulator_buffers) == Approx(3));
  arch = {};
  arch.accumulator.entries_per_bank = 64;
  CHECK(growth(arch, &Area::accumulator_buffers) == Approx(2));
  CHECK(growth(arch, &Area::scatter_network) == Approx(1));
  arch = {};
  arch.iaram_bytes = 51200;
  CHECK(growth(arch, &Area::activation_ram) == Approx(3));
}

TEST_CASE("Narrower weights shrink FIFO entries by their bits and multipliers by half") {
  Architecture arch;
  arch.weight_bits = 8;
  CHECK(growth(arch, &Area::weight_fifo) == Approx(12.0 / 20));
  CHECK(growth(arch, &Area::multiplier_array) == Approx(0.5));
}

TEST_CASE("PEs are paid for one by one, and the dense machine has no banks") {
  Architecture arch;
  arch.pe_rows = arch.pe_cols = 2;
  CHECK(accelerator_area(arch) == Approx(4 * 0.124));
  CHECK(dcnn_area({}) == Approx(0.031 * 2097152 / 20480 + 64 * (0.004 + 0.008 + 0.019)));
}
