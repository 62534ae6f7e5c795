/// Accuracies joined with what the networks cost on the machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/energy_table.hpp"
#include "sim/result.hpp"
#include "tools/accuracy/crossing.hpp"
#include "tools/accuracy/points.hpp"

namespace scnn::cli::accuracy {

/// A network as it ran.
struct RanNetwork {
  ComparedCounts counts = {};            ///< of all its layers
  std::optional<double> energy_pj = {};  ///< when asked for
  std::string file, sha256;              ///< the name without its folder
  bool pruned_here = false;              ///< from --network, not exported after retraining
};

/// One seed of a point.
struct JoinedSeed {
  Entry entry;
  RanNetwork network;
};

/// A granularity at a density.
struct JoinedPoint {
  Granularity granularity = Granularity::fine;
  double density = 1.0;  ///< asked for
  bool dense = false;    ///< the dense network, encoded at this granularity
  std::vector<JoinedSeed> seeds = {};

  [[nodiscard]] Spread accuracy() const;
  [[nodiscard]] Costs mean() const;
};

/// A granularity at a loss of accuracy.
struct EqualAccuracy {
  double loss = 0.0;  ///< points below the dense network
  Granularity granularity = Granularity::fine;
  Crossing crossing;
};

struct Joined {
  std::vector<std::string> logs;  ///< names without their folders
  std::string name, data;         ///< as the logs have them
  std::vector<Entry> dense;
  std::vector<JoinedPoint> points;   ///< by granularity, from dense to sparse
  std::vector<EqualAccuracy> equal;  ///< by loss, then granularity

  // As in a comparison.
  sim::NetworkFacts network;
  memory::Architecture architecture;
  sim::Provenance provenance;
  std::optional<sim::EnergyTable> energy;  ///< nothing: energies were not asked for
  sim::HostInfo host;

  /// The accuracy that is `loss` points below the dense network's.
  [[nodiscard]] double accuracy_at(double loss) const;
  [[nodiscard]] std::vector<Granularity> granularities() const;
  /// More seeds than one were measured somewhere.
  [[nodiscard]] bool several_seeds() const;
};

/// Fills `equal` from the points.
void add_equal_accuracies(Joined& joined, const std::vector<double>& losses);

}  // namespace scnn::cli::accuracy
