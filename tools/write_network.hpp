/// Writing a network file layer by layer, from wherever the layers come.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/console.hpp"
#include "tools/layer_table.hpp"
#include "workloads/network_file.hpp"

namespace scnn::cli {

/// Writes every layer to `path`, which has its name only when it is complete.
/// \param verb  what the progress bar says: `making`
/// \return      a line of the table per layer
std::vector<LayerLine> write_network(const workloads::NetworkSource& network,
                                     const std::string& path, std::string_view verb,
                                     const Console& console);

}  // namespace scnn::cli
