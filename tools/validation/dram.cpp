/// Layers whose activations do not fit on chip, and what that costs.
#include <algorithm>

#include "tools/validation/layer_energies.hpp"
#include "workloads/published.hpp"

namespace scnn::cli::validation {
namespace {

using workloads::published::Quantity;

const Quantity& published(std::string_view name) {
  return *workloads::published::find(workloads::published::dram_tiling(), name);
}

/// DRAM bits of activations beyond those every network begins with.
std::uint64_t spilled_bits(const LayerEnergy& layer, const workloads::LayerSpec& spec) {
  const memory::Architecture arch;
  const auto entry = static_cast<double>(arch.activation_bits + arch.index_bits);
  const auto image = layer.first ? layer.run.activation_density *
                                       static_cast<double>(spec.shape.input_count()) * entry
                                 : 0.0;
  const std::uint64_t bits = layer.run.counters.dram_activation_bits;
  return bits - std::min(bits, static_cast<std::uint64_t>(image * 1.1));
}

}  // namespace

Figure dram_figure(const Setup& setup, const Outcomes& outcomes) {
  Figure figure;
  figure.source = source_text(workloads::published::dram_tiling());
  figure.columns = {{"activations\nM bit", 1}, {"energy\nadded %", 1}, {"cycles\nadded %", 1}};
  double layers = 0.0, least = 1e9, most = 0.0;
  Mean penalty;
  for (const std::string network : {"alexnet", "vgg16", "googlenet"}) {
    const LayerEnergies energies(network, setup, outcomes);
    const auto specs = published_run(network, setup).layers();
    for (std::size_t i = 0; i < energies.layers().size(); ++i) {
      const LayerEnergy& layer = energies.layers()[i];
      ++layers;
      const std::uint64_t bits = spilled_bits(layer, specs[i]);
      // Modules begin with what an earlier layer left on chip, not with an image.
      if (bits == 0 || (i == 0 && network == "googlenet")) continue;
      const double spent = static_cast<double>(bits) * setup.energy.dram_bit.pJ;
      const double added = spent / (layer.energy.scnn.total() - spent) * 100.0;
      const memory::Counters& c = layer.run.counters;
      least = std::min(least, added);
      most = std::max(most, added);
      penalty.add(added);
      figure.rows.push_back({.network = network,
                             .name = layer.name,
                             .cells = {static_cast<double>(bits) / 1e6, added,
                                       percent_off(static_cast<double>(c.cycles),
                                                   static_cast<double>(c.compute_cycles))},
                             .why = {}});
    }
  }
  figure.measures = {
      {"layers that do not fit, published", published("layers_that_do_not_fit").low, "1", {}},
      {"layers that do not fit, simulated", static_cast<double>(figure.rows.size()), "1", {}},
      {"layers in all, published", published("layers_evaluated").low, "1", {}},
      {"layers in all, simulated", layers, "1", {}},
      {"mean energy added, published", published("mean_energy_penalty").low, "%", {}},
      {"mean energy added, simulated", penalty.value(), "%", {}},
      {"least energy added, published", published("energy_penalty").low, "%", {}},
      {"least energy added, simulated", least, "%", {}},
      {"most energy added, published", published("energy_penalty").high, "%", {}},
      {"most energy added, simulated", most, "%", {}}};
  figure.notes = {
      "The tenth layer is conv4_3: its input fills the IARAMs to 98 % on average, and only the "
      "fullest PEs are over (S27 asks every PE). All are VGG's, as published.",
      "The price is several times the published one where planes are largest: a bit of DRAM costs "
      "20 pJ in the default table (EIE). A table with 5 pJ (`--energy FILE`), which AlexNet in "
      "Fig. 11 would fit better as well, brings it down, but takes the same "
      "layers of VGG in Fig. 11 further from the published ones ([energy.md](energy.md))."};
  return figure;
}

}  // namespace scnn::cli::validation
