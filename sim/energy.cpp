#include "sim/energy.hpp"

#include <algorithm>
#include <cmath>

namespace scnn::sim {
namespace {

// Widths the table's multiply and add are stated for.
constexpr double kTableProductBits = 16.0 * 16.0, kTableAddBits = 24.0;

double number(std::uint64_t count) { return static_cast<double>(count); }
double number(std::int64_t count) { return static_cast<double>(count); }

/// Energies of one event on a machine with these widths.
struct Costs {
  double multiply, add, entry, weight, accumulator;  // entry, weight: bits of one stored element

  Costs(const memory::Architecture& arch, const EnergyTable& table)
      : multiply(table.multiply.pJ * arch.weight_bits * arch.activation_bits / kTableProductBits),
        add(table.add.pJ * arch.accumulator_bits / kTableAddBits),
        entry(arch.activation_bits + arch.index_bits),
        weight(arch.weight_bits + arch.index_bits),
        accumulator(arch.accumulator_bits * table.accumulator_bit.pJ) {}
};

/// Bits of activations through the dense machine's DRAM, before compression.
struct DenseTraffic {
  double input = 0.0, output = 0.0;
};

/// Input and output share the RAM; of what does not fit each has its part.
DenseTraffic dense_traffic(const LayerActivity& layer, const memory::Architecture& arch) {
  const double input = number(layer.shape.input_count()) * arch.activation_bits;
  const double output = number(layer.shape.output_count()) * arch.activation_bits;
  const double room = 8.0 * number(kDenseRamBytes);
  const double beyond = std::max(0.0, input + output - room) / (input + output);
  return {layer.first ? input : beyond * input, beyond * output};
}

/// DRAM bits of DCNN-opt: weights and activations as SCNN stores them.
double compressed_bits(const LayerActivity& layer, const memory::Architecture& arch,
                       const DenseTraffic& dense) {
  const Costs costs(arch, {});
  const double stored_input =
      std::round(layer.activation_density * number(layer.shape.input_count())) * costs.entry;
  const double stored_output = number(layer.counters.oaram_writes) * costs.entry;
  const double input = number(layer.shape.input_count()) * arch.activation_bits;
  const double output = number(layer.shape.output_count()) * arch.activation_bits;
  return number(layer.counters.dram_weight_bits) / number(layer.temporal_tiles) +
         dense.input / input * stored_input + dense.output / output * stored_output;
}

}  // namespace

double Energy::total() const {
  double sum = 0.0;
  for (const auto& component : energy_components()) sum += this->*component.member;
  return sum;
}

Energy& Energy::operator+=(const Energy& other) {
  for (const auto& component : energy_components())
    this->*component.member += other.*component.member;
  return *this;
}

const std::array<EnergyComponent, 8>& energy_components() {
  using E = Energy;
  static constexpr std::array<EnergyComponent, 8> table{{
      {"multiply", &E::multiply},
      {"add", &E::add},
      {"activation_ram", &E::activation_ram},
      {"weight_fifo", &E::weight_fifo},
      {"crossbar", &E::crossbar},
      {"accumulator", &E::accumulator},
      {"halo", &E::halo},
      {"dram", &E::dram},
  }};
  return table;
}

Energy scnn_energy(const LayerActivity& layer, const memory::Architecture& arch,
                   const EnergyTable& table) {
  const memory::Counters& c = layer.counters;
  const Costs costs(arch, table);
  const double vectors = number(c.weight_fifo_reads) + number(c.weight_fifo_writes);
  // Drained: every output, and what PEs computed for others, which those take in.
  const double accumulator_accesses = number(c.accumulator_reads) + number(c.accumulator_writes) +
                                      number(layer.shape.output_count()) +
                                      2.0 * number(c.halo_transfers);
  Energy e;
  e.multiply = number(c.products) * costs.multiply;
  e.add = (number(c.updates) + number(c.halo_transfers)) * costs.add;
  e.activation_ram = number(c.iaram_reads) * number(arch.I) * costs.entry * table.iaram_bit.pJ +
                     number(c.oaram_writes) * costs.entry * table.oaram_bit.pJ;
  e.weight_fifo = vectors * number(arch.F) * costs.weight * table.weight_fifo_bit.pJ;
  e.crossbar = number(c.products) * table.crossbar_product.pJ;
  e.accumulator = accumulator_accesses * costs.accumulator;
  e.halo = number(c.halo_transfers) * arch.accumulator_bits * table.halo_bit.pJ;
  e.dram = (number(c.dram_weight_bits) + number(c.dram_activation_bits)) * table.dram_bit.pJ;
  return e;
}

Energy dense_energy(const LayerActivity& layer, const memory::Architecture& arch,
                    const EnergyTable& table, DenseMachine machine) {
  const LayerShape& s = layer.shape;
  const bool opt = machine == DenseMachine::dcnn_opt;
  const Costs costs(arch, table);
  const double multiplies = number(s.multiplies());
  const double worked = opt ? number(layer.counters.updates) : multiplies;
  // One sum per dot product of F*I channels (S32).
  const double dots = number(s.output_count() * s.R * s.S * ceil_div(s.group_C(), arch.F * arch.I));
  const double kgroups = number(s.groups * ceil_div(s.group_K(), std::min(arch.kc, s.group_K())));
  const double input_reads = number(s.input_count()) / number(s.groups) * kgroups;
  const DenseTraffic traffic = dense_traffic(layer, arch);
  const double dram_bits =
      opt ? compressed_bits(layer, arch, traffic)
          : number(s.weight_count()) * arch.weight_bits + traffic.input + traffic.output;
  Energy e;
  e.multiply = worked * costs.multiply;
  e.add = worked * costs.add;
  e.activation_ram =
      (input_reads + number(s.output_count())) * arch.activation_bits * table.dense_ram_bit.pJ;
  e.weight_fifo = multiplies * arch.weight_bits * table.weight_fifo_bit.pJ;
  e.accumulator = 2.0 * dots * costs.accumulator;
  e.dram = dram_bits * table.dram_bit.pJ;
  return e;
}

EnergyComparison& EnergyComparison::operator+=(const EnergyComparison& other) {
  for (const auto& machine : compared_machines()) this->*machine.member += other.*machine.member;
  return *this;
}

const std::array<ComparedMachine, 3>& compared_machines() {
  using C = EnergyComparison;
  static constexpr std::array<ComparedMachine, 3> table{
      {{"scnn", &C::scnn}, {"dcnn", &C::dcnn}, {"dcnn_opt", &C::dcnn_opt}}};
  return table;
}

EnergyComparison compare_energy(const LayerActivity& layer, const memory::Architecture& arch,
                                const EnergyTable& table) {
  return {.scnn = scnn_energy(layer, arch, table),
          .dcnn = dense_energy(layer, arch, table, DenseMachine::dcnn),
          .dcnn_opt = dense_energy(layer, arch, table, DenseMachine::dcnn_opt)};
}

}  // namespace scnn::sim
