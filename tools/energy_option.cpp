#include "tools/energy_option.hpp"

#include <algorithm>

#include "tools/table.hpp"

namespace scnn::cli {

std::vector<OptionHelp> energy_options() {
  return {{"energy",
           "FILE",
           "energies too, of this machine and of the dense ones: a file of event energies, or "
           "`default` for configs/energy-45nm.json",
           false,
           {"default"}}};
}

std::optional<sim::EnergyTable> energy_of(const Arguments& arguments) {
  const auto given = arguments.text("energy");
  if (!given) return std::nullopt;
  return *given == "default" ? sim::default_energy_table() : sim::read_energy_table(*given);
}

std::string energy_table(const std::vector<std::pair<std::string, sim::EnergyComparison>>& lines,
                         const Layout& layout) {
  constexpr double kMicrojoule = 1e6;
  Table table;
  std::vector<std::string> names;
  names.reserve(lines.size());
  for (const auto& line : lines) names.push_back(line.first);
  table.text("energy", names);
  const auto column = [&](std::string heading, int decimals, auto&& of) {
    std::vector<std::optional<double>> cells;
    cells.reserve(lines.size());
    for (const auto& line : lines) cells.emplace_back(of(line.second));
    std::ranges::replace(heading, '_', '\n');
    table.numbers(heading, cells, decimals);
  };
  column("SCNN_uJ", 1, [](const auto& e) { return e.scnn.total() / kMicrojoule; });
  for (const auto& component : sim::energy_components())
    column(std::string(component.name) + "_%", 1, [member = component.member](const auto& e) {
      return e.scnn.*member / e.scnn.total() * 100.0;
    });
  column("of_DCNN", 3, [](const auto& e) { return e.scnn.total() / e.dcnn.total(); });
  column("DCNN-opt_of DCNN", 3, [](const auto& e) { return e.dcnn_opt.total() / e.dcnn.total(); });
  return table.rule_before(lines.size() - 1).str(layout);
}

}  // namespace scnn::cli
