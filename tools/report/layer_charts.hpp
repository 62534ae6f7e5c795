/// Charts with a mark per layer, of a run or of the chosen granularity of a comparison.
#pragma once

#include "memory/architecture.hpp"
#include "tools/report/lines.hpp"
#include "tools/report/model.hpp"

namespace scnn::cli::report {

/// Speed-up, activities, utilisation, memory references, DRAM traffic, roofline, density; energy
/// where the file has it. Adds the datasets they draw.
void add_layer_charts(Section& section, const Lines& lines, const memory::Architecture& arch);

/// Energy by component of the three machines. \pre the lines have energies
[[nodiscard]] Group energy_group(Section& section, const Lines& lines);

/// Products per cycle over products per byte of DRAM traffic, under the machine's two roofs.
[[nodiscard]] Chart roofline_chart(Section& section, const Lines& lines,
                                   const memory::Architecture& arch);
/// What density buys: cycles, references, energy over the share of multiplies that are left.
[[nodiscard]] Chart density_chart(Section& section, const Lines& lines);

/// A chart's specification on its dataset, showing one granularity where there are several.
[[nodiscard]] nlohmann::ordered_json layer_spec(const Lines& lines, const char* dataset,
                                                int height);

}  // namespace scnn::cli::report
