/// Densities files (docs/formats.md): a JSON object from layer name or glob to density.
#pragma once

#include <filesystem>

#include "workloads/densities.hpp"

namespace scnn::sim {

/// Reads a `--densities` file; entries keep the order of the file.
/// \throws InputError `FILE#/pattern: found, expected` for what is no object, and for a
///         value that is no number in (0,1]
[[nodiscard]] workloads::DensityTable read_densities(const std::filesystem::path& path);

}  // namespace scnn::sim
