/// Charts of what `--detail` adds to a run: PEs, accumulator banks, output-channel groups.
#pragma once

#include "tools/report/detail_file.hpp"
#include "tools/report/model.hpp"

namespace scnn::cli::report {

/// Heat maps of the PEs, loads of the banks, skew at the barriers. Without detail: how to get it.
[[nodiscard]] Group detail_group(Section& section, const std::vector<LayerDetail>& layers,
                                 const memory::Architecture& arch);

// The group's parts, each a file of its own.
[[nodiscard]] std::vector<Chart> pe_charts(Section& section, const std::vector<LayerDetail>& layers,
                                           const memory::Architecture& arch);
[[nodiscard]] std::vector<Chart> bank_charts(Section& section,
                                             const std::vector<LayerDetail>& layers);
[[nodiscard]] std::vector<Chart> skew_charts(Section& section,
                                             const std::vector<LayerDetail>& layers);

/// A chart of one layer at a time: the selected one, else the first that took longest.
[[nodiscard]] nlohmann::ordered_json one_layer_spec(const std::vector<LayerDetail>& layers,
                                                    const char* dataset, int width, int height);
/// The layer that is shown while none is selected: where the PEs spent most cycles.
[[nodiscard]] std::size_t usual_layer(const std::vector<LayerDetail>& layers);

}  // namespace scnn::cli::report
