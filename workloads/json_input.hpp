/// The one place where JSON text is read.
#pragma once

#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace scnn::workloads {

inline constexpr std::size_t kMaxJsonBytes = std::size_t{64} << 20;  ///< largest text taken
inline constexpr std::size_t kMaxJsonDepth = 64;                     ///< nested arrays and objects

/// Parses a JSON file strictly: repeated keys, comments outside the leading block,
/// NaN and trailing text are errors; lines whose first non-blank characters are
/// `//` are comments, as the files in configs/ carry them above the first value.
/// Text is UTF-8, at most kMaxJsonBytes long and kMaxJsonDepth deep.
/// \throws InputError `FILE: line L, column C: ...` (columns in bytes, from 1),
///         `FILE#/pointer: repeated key`, or `FILE: ...` for a file that is missing, empty,
///         too large or no text
[[nodiscard]] nlohmann::ordered_json read_json_file(const std::filesystem::path& path);

/// The same for text already in memory; `where` replaces FILE in messages.
[[nodiscard]] nlohmann::ordered_json parse_json(std::string_view text, const std::string& where);

/// One line of a JSON Lines text. Comments are errors; messages are
/// `FILE:LINE: column C: ...`, and places in the value `FILE:LINE#/pointer`.
[[nodiscard]] nlohmann::ordered_json parse_json_line(std::string_view text,
                                                     const std::string& where);

}  // namespace scnn::workloads
