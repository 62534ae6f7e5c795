/// Prunes a whole network, layer by layer: `scnn prune`.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sparse_formats/granularity.hpp"
#include "workloads/densities.hpp"
#include "workloads/network_file.hpp"

namespace scnn::pruning {

enum class Scope : std::uint8_t {
  layer,   ///< every layer reaches the density by itself
  global,  ///< one threshold on mean |w|; the network reaches the density
};

/// One density after the other; each step continues from the mask of the step before,
/// so that a density above an earlier one brings nothing back.
struct Schedule {
  std::vector<double> densities;
};

/// One density, one per layer, or a schedule. All in (0,1], counted over all weights.
using DensityRequest = std::variant<double, workloads::DensityTable, Schedule>;

struct PruneOptions {
  Granularity granularity = Granularity::fine;
  DensityRequest density = 1.0;
  Scope scope = Scope::layer;
  std::vector<std::string> layers = {};  ///< globs of the layers to prune; empty: all
  std::vector<std::string> skip = {};  ///< globs of the layers to leave out, stronger than `layers`
};

/// What happened to a layer.
enum class Outcome : std::uint8_t {
  pruned,
  left_out,    ///< by `layers` or `skip`
  no_density,  ///< the density table has no match for it
};

/// Report on one layer. A layer that was not pruned is passed on as it came, with the mask
/// it may have had; its counts describe that mask.
struct LayerPruning {
  std::string name;
  Outcome outcome = Outcome::pruned;
  std::int64_t weights = 0;
  std::int64_t kept_weights = 0;            ///< under mask 1; all of them without a mask
  std::optional<double> density_requested;  ///< of the layer, or of the network in global scope
  double density_achieved = 1.0;            ///< kept_weights / weights
  double nonzero_density = 0.0;             ///< non-zero weights / weights
};

/// Takes the layers of the pruned network in execution order.
using LayerSink = std::function<void(const workloads::Layer&)>;

/// Prunes the network `in`, layer by layer, and hands every layer on, pruned or not.
///
/// Surviving weights, biases and inputs keep every bit; a mask that `in` itself holds is
/// replaced in the layers that are pruned and has no influence. Memory follows the largest
/// layer; global scope reads the network twice and keeps 16 bytes per grain in between.
///
/// \param previous  an earlier pruning of the same network, or nullptr. What it pruned stays
///                  pruned; saliencies come from `in`. Layers are matched by name.
/// \throws InputError for densities outside (0,1], an empty schedule, a density table in
///         global scope, globs that leave no layer to prune, and where a layer to be pruned is
///         missing in `previous`, has another weight shape or no mask there, or a mask that
///         cuts through a grain
std::vector<LayerPruning> prune_network(const workloads::NetworkSource& in,
                                        const workloads::NetworkSource* previous,
                                        const PruneOptions& options, const LayerSink& out);

/// The same, into a file; the caller commits the writer. \throws OutputError as well
std::vector<LayerPruning> prune_network(const workloads::NetworkSource& in,
                                        const workloads::NetworkSource* previous,
                                        const PruneOptions& options, workloads::NetworkWriter& out);

/// Entries of the table that no layer of the network matches: probably misspelt.
[[nodiscard]] std::vector<std::string> unmatched_patterns(const workloads::DensityTable& table,
                                                          const workloads::NetworkSource& network);

}  // namespace scnn::pruning
