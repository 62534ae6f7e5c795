/// Result files as a report takes them.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "memory/architecture.hpp"
#include "workloads/json_place.hpp"

namespace scnn::cli::report {

enum class Kind { run, comparison, sweep, validation };

struct Input {
  std::string file;
  Kind kind = Kind::run;
  nlohmann::ordered_json object;

  [[nodiscard]] workloads::JsonPlace place() const { return {.file = file, .pointer = {}}; }
};

/// Reads a result, a comparison, a validation, the table of a sweep, or a sweep's folder with its
/// table in it. \throws InputError when the file is none of them
[[nodiscard]] Input read_input(const std::filesystem::path& path);

/// The member at `key`, which must be an array. \throws InputError
[[nodiscard]] const nlohmann::ordered_json& require_array(const nlohmann::ordered_json& object,
                                                          const workloads::JsonPlace& place,
                                                          const char* key);

}  // namespace scnn::cli::report
