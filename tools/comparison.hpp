/// One network at several granularities of pruning: the numbers behind `scnn compare`.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "sim/result.hpp"
#include "sim/storage.hpp"
#include "sparse_formats/granularity.hpp"
#include "workloads/network.hpp"

namespace scnn::cli {

/// What a comparison adds to the counters of a run; adds over layers.
struct ComparedCounts {
  std::uint64_t kept_weights = 0;  ///< under mask 1; all of them without a mask
  sim::Storage storage;            ///< with 8-bit weights and 4-bit indices
  std::uint64_t writes_without_bypass = 0;
  std::uint64_t writes_with_bypass = 0;  ///< bypass = "step"
  memory::Counters counters;

  ComparedCounts& operator+=(const ComparedCounts& other);
  [[nodiscard]] double kept_density() const;
  [[nodiscard]] double nonzero_density() const;
  /// Stored bits over those of the dense layer with 8-bit weights.
  [[nodiscard]] double storage_ratio() const;
};

/// One layer at one granularity.
struct ComparedLayer {
  std::optional<double> density_requested;  ///< nothing: the layer was left alone
  ComparedCounts counts;
  sim::LayerResult run;
};

/// All chosen layers at one granularity.
struct ComparedNetwork {
  Granularity granularity = Granularity::fine;
  std::vector<ComparedLayer> layers;

  [[nodiscard]] ComparedCounts total() const;
};

/// The source of a comparison, before any pruning.
struct SourceCounts {
  std::uint64_t weights = 0;
  std::uint64_t nonzero = 0;
  std::uint64_t requantised_layers = 0;  ///< integer weights were too wide for the machine

  [[nodiscard]] double density() const;
};

struct Comparison {
  sim::NetworkFacts network;
  memory::Architecture architecture;
  sim::Provenance provenance;
  SourceCounts source;
  std::vector<ComparedNetwork> granularities;
  sim::HostInfo host;
};

/// Prunes and runs one layer after the other.
class Comparer {
 public:
  Comparer(sim::Machine& machine, const memory::Architecture& arch)
      : machine_(machine), arch_(arch) {}

  /// The layer at one granularity.
  /// \param density  share of its weights to keep; nothing: leave the layer as it is
  /// \param where    the layer's place, for messages
  /// \param first    the layer is the first of its network (S27)
  [[nodiscard]] ComparedLayer run(const workloads::Layer& source, Granularity granularity,
                                  std::optional<double> density, const std::string& where,
                                  bool first);

 private:
  [[nodiscard]] workloads::QuantisedLayer prepare(const workloads::Layer& source,
                                                  Granularity granularity,
                                                  std::optional<double> density,
                                                  const std::string& where,
                                                  std::uint64_t& kept_weights) const;

  sim::Machine& machine_;
  const memory::Architecture& arch_;
};

/// The density a comparison gives a layer unless it is told another: the published one,
/// else that of the layer's mask, else its share of non-zero weights.
[[nodiscard]] double default_density(const workloads::Layer& layer);

/// Prunes a layer to a density by L1 (docs/formats.md, `scnn prune`).
/// \param where  the layer's place, for messages
void prune_to(workloads::Layer& layer, Granularity granularity, double density,
              const std::string& where);

/// Brings integer weights that do not fit `bits` to that width as floats are (S5): with
/// `scale = max|w| / (2^(bits-1) - 1)`. Weights that fit, and floats, stay as they are.
/// \return true when they did not fit
bool narrow(workloads::ValueTensor& weights, int bits);

}  // namespace scnn::cli
