#include "tools/validation/layer_energies.hpp"

namespace scnn::cli::validation {

LayerEnergies::LayerEnergies(const std::string& network, const Setup& setup,
                             const Outcomes& outcomes) {
  const ZooRun plan = published_run(network, setup);
  const auto specs = plan.layers();
  const sim::StoredResult run = outcomes.run(published_name(network));
  for (std::size_t i = 0; i < run.layers.size(); ++i) {
    const sim::StoredLayer& layer = run.layers[i];
    // Inception modules are no network of their own: the image is read before them.
    const bool first = i == 0 && !plan.inception_only;
    layers_.push_back({layer.name,
                       sim::compare_energy({.shape = specs.at(i).shape,
                                            .counters = layer.counters,
                                            .activation_density = layer.activation_density,
                                            .temporal_tiles = layer.temporal_tiles,
                                            .first = first},
                                           plan.arch, setup.energy),
                       layer, first});
  }
}

sim::EnergyComparison LayerEnergies::find(std::string_view layer) const {
  sim::EnergyComparison total;
  for (const LayerEnergy& l : layers_) {
    if (l.name == layer) return l.energy;
    total += l.energy;
  }
  return total;
}

}  // namespace scnn::cli::validation
