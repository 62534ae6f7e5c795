/// JSON Lines: a JSON value per line, as logs are written that grow while something runs.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace scnn::workloads {

struct JsonLine {
  std::string place;  ///< `FILE:LINE`, for messages
  nlohmann::ordered_json value;
};

/// Reads every line that is not blank, each as strictly as a JSON file.
/// \throws InputError `FILE:LINE: ...`; `FILE: ...` for a file that is missing, too large, no
///         text, or without any line
[[nodiscard]] std::vector<JsonLine> read_json_lines(const std::filesystem::path& path);

}  // namespace scnn::workloads
