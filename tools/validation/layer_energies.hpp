/// Energies of a network of the zoo at the published densities.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/energy.hpp"
#include "tools/validation/experiment.hpp"

namespace scnn::cli::validation {

struct LayerEnergy {
  std::string name;
  sim::EnergyComparison energy;
  sim::StoredLayer run;
  bool first = false;  ///< of its network
};

class LayerEnergies {
 public:
  LayerEnergies(const std::string& network, const Setup& setup, const Outcomes& outcomes);

  [[nodiscard]] const std::vector<LayerEnergy>& layers() const { return layers_; }
  /// A layer's, or that of the network for "all".
  [[nodiscard]] sim::EnergyComparison find(std::string_view layer) const;

 private:
  std::vector<LayerEnergy> layers_;
};

}  // namespace scnn::cli::validation
