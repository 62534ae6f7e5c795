/// SHA-256 of files and texts, for the provenance of results.
#pragma once

#include <string>
#include <string_view>

namespace scnn::workloads {

/// SHA-256 of an open file from its first byte, whatever the descriptor's position.
/// \return  lower-case hex, 64 digits
/// \throws  InputError at `where` when reading fails
[[nodiscard]] std::string sha256_of(int descriptor, const std::string& where);

/// SHA-256 of a text. \return lower-case hex, 64 digits
[[nodiscard]] std::string sha256_of(std::string_view text);

}  // namespace scnn::workloads
