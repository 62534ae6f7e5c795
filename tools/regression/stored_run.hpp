/// Runs that a file holds, to be compared with others.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "tools/regression/differences.hpp"
#include "workloads/json_place.hpp"

namespace scnn::cli::regression {

/// A run, without what may differ between equal runs.
struct StoredRun {
  /// Every member but `schema`, `layers`, `total`, `host` and `detail`, keys of the
  /// architecture filled in.
  nlohmann::ordered_json facts;
  Counted counted;
};

/// Reads a `scnn-result/1` file.
/// \throws InputError `FILE#/pointer: found, expected`
[[nodiscard]] StoredRun read_stored_run(const std::filesystem::path& path);

/// A layer as results and baselines hold it: counters, and the rest as facts. Counters that
/// another version of the program did not know may be missing. \throws InputError
[[nodiscard]] Part read_part(const nlohmann::ordered_json& object,
                             const workloads::JsonPlace& place);
/// `{"counters": ...}` of a whole run. \throws InputError
[[nodiscard]] Part read_total(const nlohmann::ordered_json& object,
                              const workloads::JsonPlace& place);

}  // namespace scnn::cli::regression
