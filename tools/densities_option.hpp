/// Densities as the command line gives them: a number, a file, or by name.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "tools/console.hpp"
#include "workloads/densities.hpp"
#include "workloads/network_file.hpp"

namespace scnn::cli {

/// Density of a layer; nothing for a layer to be left alone.
using DensityOf = std::function<std::optional<double>(const workloads::LayerSpec&)>;

/// `published`, a density, or the name of a densities file.
/// \param table  set when a file was read, for `note_unmatched`
/// \throws InputError at `--densities`
[[nodiscard]] DensityOf densities_by_name(const std::string& text,
                                          std::optional<workloads::DensityTable>& table);

/// Tells which patterns match no layer (probably misspelt) and which layers match none.
void note_unmatched(const workloads::DensityTable& table, const workloads::NetworkSource& network,
                    const Console& console);

}  // namespace scnn::cli
