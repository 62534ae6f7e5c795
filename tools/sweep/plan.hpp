/// Plans of a sweep: what to run, read from JSON (docs/sweep.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "sim/energy_table.hpp"
#include "tools/network_request.hpp"
#include "tools/sweep/axis.hpp"

namespace scnn::cli::sweep {

inline constexpr const char* kPlanSchema = "scnn-sweep/1";

struct PlanNetwork {
  std::string name;  ///< in tables; unique
  NetworkRequest request;
};

/// A random subset of the points.
struct Sample {
  std::size_t points = 0;
  std::int64_t seed = 1;
};

struct PlanFilter {
  std::string text;
  workloads::JsonPlace place;
};

/// A plan as written, checked; every file it names has its whole path.
struct Plan {
  std::string file;                ///< for messages
  std::filesystem::path folder;    ///< from which its file names are meant
  nlohmann::ordered_json written;  ///< as it was read
  std::string name;
  std::vector<PlanNetwork> networks;
  nlohmann::ordered_json base;      ///< architecture file's object; what it leaves out is default
  std::vector<AxisGroup> axes;      ///< crossed, the last steps fastest
  std::vector<PlanFilter> filters;  ///< all must hold
  std::optional<Sample> sample;
  std::optional<sim::EnergyTable> energy;
  std::vector<std::string> pareto;  ///< metrics of the front, none to three
  bool verify = true;
};

/// \throws InputError `FILE#/pointer: found, expected`
[[nodiscard]] Plan read_plan(const std::filesystem::path& path);

/// Takes an object that was already parsed. \throws InputError
[[nodiscard]] Plan resolve_plan(nlohmann::ordered_json written, const std::string& file,
                                const std::filesystem::path& folder);

}  // namespace scnn::cli::sweep
