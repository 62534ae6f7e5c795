/// `--energy`: the table of event energies, and energies as tables.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/energy.hpp"
#include "tools/layout.hpp"
#include "tools/options.hpp"

namespace scnn::cli {

[[nodiscard]] std::vector<OptionHelp> energy_options();

/// The table of `--energy FILE|default`; nothing when it was not given. \throws InputError
[[nodiscard]] std::optional<sim::EnergyTable> energy_of(const Arguments& arguments);

/// SCNN's energy by component, and beside the dense machines'; the last line is the total.
[[nodiscard]] std::string energy_table(
    const std::vector<std::pair<std::string, sim::EnergyComparison>>& lines, const Layout& layout);

}  // namespace scnn::cli
