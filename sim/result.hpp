/// Results of a run as files: `scnn-result/1` (docs/formats.md) and CSV.
///
/// Counters are integers; ratios belong to whoever shows them. All but `host` depends on
/// the input, the seed and the program alone: not on engine, threads or processor.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "memory/architecture.hpp"
#include "memory/counters.hpp"
#include "pe/step_paths.hpp"
#include "sim/energy_table.hpp"
#include "sim/run.hpp"
#include "workloads/network.hpp"

namespace scnn::sim {

inline constexpr const char* kResultSchema = "scnn-result/1";

/// What was run.
struct NetworkFacts {
  workloads::NetworkInfo info;
  std::string file;         ///< name of the file, without its folder
  std::size_t layers = 0;   ///< of the whole network; a result may hold fewer
  std::string first_layer;  ///< its input comes from DRAM (S27)
};

/// What fixes the numbers of a result, beside network and architecture.
struct Provenance {
  std::string version;
  std::string git_commit;                    ///< "unknown" when built outside git
  std::string input_sha256;                  ///< of the network file
  std::int64_t seed = 0;                     ///< of synthesised inputs
  std::optional<double> activation_density;  ///< asked for, for layers without an input
};

/// How and where a result was made; the part in which equal runs may differ.
struct HostInfo {
  std::vector<std::string> command_line;
  std::string engine;
  int threads = 0;
  bool verified = false;  ///< every layer's values agreed with the reference
  std::string compiler;
  std::string started;  ///< UTC, `2024-05-01T12:00:00Z`
  double wall_seconds = 0.0;
  double cpu_seconds = 0.0;
  std::uint64_t peak_memory_bytes = 0;
  std::string instruction_set;  ///< of the step kernel, as Highway names it
  pe::StepPaths steps;          ///< how the decoupled engine computed them
};

/// A whole run.
struct RunResult {
  NetworkFacts network;
  memory::Architecture architecture;
  Provenance provenance;
  std::vector<LayerResult> layers;    ///< in execution order
  std::optional<EnergyTable> energy;  ///< events priced; nothing: energies were not asked for
  HostInfo host;
};

/// Counters of all layers, added.
[[nodiscard]] memory::Counters total_of(const std::vector<LayerResult>& layers);

[[nodiscard]] nlohmann::ordered_json to_json(const NetworkFacts& network);
[[nodiscard]] nlohmann::ordered_json to_json(const Provenance& provenance);
[[nodiscard]] nlohmann::ordered_json to_json(const HostInfo& host);
[[nodiscard]] nlohmann::ordered_json to_json(const memory::Counters& counters);
/// An element of `layers`.
[[nodiscard]] nlohmann::ordered_json to_json(const LayerResult& layer);
/// The whole file.
[[nodiscard]] nlohmann::ordered_json to_json(const RunResult& result);

/// The text of a JSON file: indented by two, UTF-8, a line end at the end.
[[nodiscard]] std::string json_text(const nlohmann::ordered_json& value);

/// One line per layer and one for the total, `scope` telling which; counters by name.
[[nodiscard]] std::string csv_text(const RunResult& result);

}  // namespace scnn::sim
