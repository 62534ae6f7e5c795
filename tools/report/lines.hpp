/// Layers and total of a run, or of one granularity of a comparison.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "memory/architecture.hpp"
#include "memory/counters.hpp"
#include "sim/result_reader.hpp"

namespace scnn::cli::report {

/// Name under which charts show the sum of all layers.
inline constexpr const char* kAllLayers = "all layers";

/// A layer, or all of them.
struct Line {
  std::string layer;
  std::string granularity;                                ///< of the comparison; empty for a run
  double weight_density = 0.0, activation_density = 0.0;  ///< 0 for all layers
  memory::Counters counters;
  nlohmann::ordered_json object = {};  ///< as in the file
  bool total = false;
};

/// Lines of a run or comparison: per granularity its layers, then their total.
struct Lines {
  std::vector<Line> all;
  std::size_t layers = 0;                  ///< of each granularity
  std::vector<std::string> granularities;  ///< one empty name for a run
  std::vector<std::string> names;          ///< of the layers

  [[nodiscard]] const Line& total() const { return all[layers]; }
};

/// Appends an object's `layers` and `total`. \throws InputError
void add_lines(Lines& lines, const nlohmann::ordered_json& object,
               const workloads::JsonPlace& place, const std::string& granularity);

// Ratios of a line; nothing where the divisor is 0.
[[nodiscard]] std::optional<double> speed_up(const Line& line);
[[nodiscard]] std::optional<double> oracle_speed_up(const Line& line);
[[nodiscard]] std::optional<double> of_the_oracle(const Line& line);
/// Products over multiplier slots of the steps that issued.
[[nodiscard]] std::optional<double> utilisation(const Line& line);
/// Products over all multipliers in all compute cycles.
[[nodiscard]] std::optional<double> share_of_peak(const Line& line,
                                                  const memory::Architecture& arch);
[[nodiscard]] std::uint64_t pe_cycles(const memory::Counters& counters);
[[nodiscard]] double dram_bytes(const memory::Counters& counters);
/// Accesses of the on-chip memories: what `references` of the page adds up.
[[nodiscard]] std::uint64_t references(const memory::Counters& counters);
/// Energy of `scnn`, `dcnn` or `dcnn_opt` in pJ, when the file has it.
[[nodiscard]] std::optional<double> energy(const Line& line, const char* machine,
                                           const char* component = "total");

/// A cell: the number, or null.
[[nodiscard]] nlohmann::ordered_json cell(std::optional<double> value);

/// Activities of a PE-cycle (S28), in the order of the stack.
struct Activity {
  const char* name;
  std::uint64_t memory::Counters::*member;
};
[[nodiscard]] const std::vector<Activity>& activities();
/// Memory structures with their counts of accesses.
[[nodiscard]] const std::vector<Activity>& structures();

}  // namespace scnn::cli::report
