/// Reads what sim/result.hpp writes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "memory/architecture.hpp"
#include "memory/counters.hpp"
#include "workloads/json_place.hpp"

namespace scnn::sim {

/// A layer of a result file.
struct StoredLayer {
  std::string name;
  double weight_density = 0.0;
  double activation_density = 0.0;
  std::string granularity;
  std::int64_t kc = 0;
  std::int64_t temporal_tiles = 0;
  memory::Counters counters;
};

/// A result file, or one granularity of a comparison.
struct StoredResult {
  std::string network;       ///< name of the network
  std::string input_sha256;  ///< empty when it is not said
  std::string version;       ///< of the program that wrote it
  std::string git_commit;
  memory::Architecture architecture;
  std::vector<StoredLayer> layers;
  memory::Counters total;  ///< as stored
};

/// Takes an object that was already parsed, `{ "schema": "scnn-result/1", ... }`.
/// Members it does not know are left alone: later versions may add some.
/// \throws InputError `FILE#/pointer: found, expected`, also when the total is not the sum
///         of the layers
[[nodiscard]] StoredResult read_result(const nlohmann::ordered_json& object,
                                       const std::string& file);

/// A layer as `to_json(LayerResult)` gives it. \throws InputError
[[nodiscard]] StoredLayer read_layer(const nlohmann::ordered_json& object,
                                     const workloads::JsonPlace& place);
/// The member `counters` of a layer or a total. \throws InputError
[[nodiscard]] memory::Counters read_counters(const nlohmann::ordered_json& object,
                                             const workloads::JsonPlace& place);

/// The layers of an object with `layers` and `total`. \throws InputError
void read_layers(const nlohmann::ordered_json& object, const workloads::JsonPlace& place,
                 StoredResult& result);

/// Network, architecture and provenance. \throws InputError
[[nodiscard]] StoredResult read_result_head(const nlohmann::ordered_json& object,
                                            const workloads::JsonPlace& place);

/// A member that must be there. \throws InputError
[[nodiscard]] const nlohmann::ordered_json& require_member(const nlohmann::ordered_json& object,
                                                           const workloads::JsonPlace& place,
                                                           const char* key);
/// A member that must be a text. \throws InputError
[[nodiscard]] std::string require_text(const nlohmann::ordered_json& object,
                                       const workloads::JsonPlace& place, const char* key);
/// A member that must be a number. \throws InputError
[[nodiscard]] double require_number(const nlohmann::ordered_json& object,
                                    const workloads::JsonPlace& place, const char* key);

}  // namespace scnn::sim
