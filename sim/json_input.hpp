/// The one place where JSON text is read.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace scnn::sim {

/// Parses a JSON file strictly: repeated keys, comments outside the leading block,
/// NaN and trailing text are errors; lines whose first non-blank characters are
/// `//` are comments, as the files in configs/ carry them.
/// \throws InputError `FILE: line L, column C: ...` or `FILE#/pointer: repeated key`
[[nodiscard]] nlohmann::ordered_json read_json_file(const std::filesystem::path& path);

/// The same for text already in memory; `where` replaces FILE in messages.
[[nodiscard]] nlohmann::ordered_json parse_json(std::string_view text, const std::string& where);

}  // namespace scnn::sim
