/// What `scnn info` says about each kind of file.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "tools/console.hpp"

namespace scnn::cli {

/// A network, encoded or not. \throws InputError
void print_network(const std::filesystem::path& path, const Console& console);
/// What `run --outputs` wrote. \throws InputError
void print_outputs(const std::filesystem::path& path, const Console& console);
/// A result, a comparison, an architecture or densities. \throws InputError
void print_json(const std::filesystem::path& path, const Console& console);
/// A plan, table of a sweep, baseline, cases, energies, validation, explanation or difference.
/// \return false for another schema \throws InputError
[[nodiscard]] bool print_schema(const std::string& schema, const nlohmann::ordered_json& object,
                                const std::filesystem::path& path, const Console& console);

/// The area of the machine of an architecture file. \throws InputError
void print_area(const std::filesystem::path& path, const Console& console);

}  // namespace scnn::cli
