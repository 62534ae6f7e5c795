#include "sim/prepared_layer.hpp"

#include <utility>

#include "sim/baselines.hpp"

namespace scnn::sim {

memory::Architecture machine_key(memory::Architecture arch) {
  const memory::Architecture defaults;
  arch.name = defaults.name;
  arch.clock_ghz = defaults.clock_ghz;
  arch.iaram_bytes = defaults.iaram_bytes;
  arch.oaram_bytes = defaults.oaram_bytes;
  arch.weight_fifo_entries = defaults.weight_fifo_entries;
  arch.broadcast_entries_per_cycle = defaults.broadcast_entries_per_cycle;
  arch.dram = defaults.dram;
  arch.ppu = defaults.ppu;
  return arch;
}

memory::Architecture preparation_key(memory::Architecture arch) {
  const memory::Architecture defaults;
  arch = machine_key(std::move(arch));
  arch.I = defaults.I;
  arch.accumulator.queue_threshold = defaults.accumulator.queue_threshold;
  arch.accumulator.bypass = defaults.accumulator.bypass;
  if (arch.accumulator.capacity == memory::Capacity::ignore) {
    arch.accumulator.bank_map = defaults.accumulator.bank_map;
    arch.accumulator.banks = defaults.accumulator.banks;
    arch.accumulator.entries_per_bank = defaults.accumulator.entries_per_bank;
  }
  return arch;
}

PreparedLayer::PreparedLayer(std::shared_ptr<const workloads::QuantisedLayer> layer,
                             const memory::Architecture& arch)
    : layer_(std::move(layer)),
      products_(nonzero_products(*layer_, arch)),
      job_(*layer_, arch, true) {}

}  // namespace scnn::sim
