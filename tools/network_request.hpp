/// A network and what to run of it, as a plan or a list of cases names it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "sparse_formats/granularity.hpp"
#include "tools/options.hpp"
#include "workloads/json_place.hpp"
#include "workloads/network_file.hpp"
#include "workloads/zoo.hpp"

namespace scnn::cli {

/// One network. What is not said is left to the network itself.
struct NetworkRequest {
  std::string place;  ///< in the file that names it, for messages; empty: the command line
  std::string file;   ///< network or encoded file; empty for a network of the zoo
  std::string zoo;    ///< its name in the zoo; empty for a file
  /// Of a zoo network: `published`, a density, or a densities file; empty: dense weights.
  std::string densities;
  bool with_fc = false;
  bool inception_only = false;
  workloads::ActivationModel activation_model = workloads::ActivationModel::correlated;

  Words layers;                              ///< globs; empty: every layer
  std::optional<double> activation_density;  ///< of inputs that are made
  std::optional<std::int64_t> seed;          ///< of what is made: inputs, and zoo weights
  /// Prunes every layer to `density`; nothing: the weights as they are.
  std::optional<Granularity> granularity;
  /// Of pruning; nothing: each layer's published density, else that of its mask, else its
  /// share of non-zero weights.
  std::optional<double> density;

  /// The network, before anything is chosen or pruned. \throws InputError
  [[nodiscard]] std::unique_ptr<workloads::NetworkSource> open() const;
};

/// Reads `{"file": ...}` or `{"zoo": ..., "densities": ...}` with `layers`,
/// `activation_density`, `seed`, `granularity`, `density` (docs/formats.md). File names are
/// relative to `folder`.
/// \throws InputError `FILE#/pointer: found, expected`
[[nodiscard]] NetworkRequest read_network_request(const nlohmann::ordered_json& object,
                                                  const workloads::JsonPlace& place,
                                                  const std::filesystem::path& folder);

/// The request as an object that `read_network_request` takes back from folder "".
[[nodiscard]] nlohmann::ordered_json to_json(const NetworkRequest& request);

/// What fixes the tensors of a request, whatever files are called: the hash of a file's
/// content, or the recipe of a zoo network, and every choice. Equal identities have equal
/// counters on equal machines.
/// \param source  what `open` returned
[[nodiscard]] nlohmann::ordered_json identity_of(const NetworkRequest& request,
                                                 const workloads::NetworkSource& source);

}  // namespace scnn::cli
