/// Architecture files: JSON with what differs from the defaults (docs/formats.md).
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "memory/architecture.hpp"

namespace scnn::sim {

/// Reads and resolves an architecture file.
/// \throws InputError `FILE#/pointer: found, expected` for unknown, repeated or
///         mistyped keys and for impossible values
[[nodiscard]] memory::Architecture read_architecture(const std::filesystem::path& path);

/// Resolves an object that was already parsed; `where` replaces FILE in messages.
[[nodiscard]] memory::Architecture resolve_architecture(const nlohmann::ordered_json& object,
                                                        const std::string& where);

/// Throws InputError at `where` when a value is impossible; every resolved
/// architecture has passed this.
void validate(const memory::Architecture& arch, const std::string& where);

/// The resolved architecture as an object that `resolve_architecture` takes back.
[[nodiscard]] nlohmann::ordered_json to_json(const memory::Architecture& arch);

}  // namespace scnn::sim
