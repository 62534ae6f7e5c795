#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <ostream>

#include "sim/energy_table.hpp"
#include "sim/result_reader.hpp"
#include "sparse_formats/error.hpp"
#include "tools/info_files.hpp"
#include "tools/numbers.hpp"
#include "tools/regression/baseline.hpp"
#include "tools/regression/cases.hpp"
#include "tools/sweep/plan.hpp"
#include "tools/sweep/result_table.hpp"
#include "tools/table.hpp"
#include "workloads/json_place.hpp"

namespace scnn::cli {
namespace {

using nlohmann::ordered_json;
using Texts = std::vector<std::string>;

/// A file of a schema, and what is said of it.
struct SchemaFile {
  const std::filesystem::path& path;
  const ordered_json& object;
  const Console& console;

  [[nodiscard]] workloads::JsonPlace place() const {
    return {.file = path.string(), .pointer = {}};
  }
  [[nodiscard]] const ordered_json& array(const char* key) const {
    const ordered_json& member = sim::require_member(object, place(), key);
    if (!member.is_array())
      throw InputError((place() / key).text(),
                       fmt::format("found {}, expected an array", workloads::shown(member)));
    return member;
  }
};

void print_plan(const SchemaFile& file) {
  constexpr std::size_t kShown = 8;
  const sweep::Plan plan = sweep::read_plan(file.path);
  Texts networks, keys, values;
  for (const auto& network : plan.networks) networks.push_back(network.name);
  std::vector<std::uint64_t> counts;
  std::size_t points = plan.networks.size();
  for (const sweep::AxisGroup& group : plan.axes) {
    points *= group.size();
    for (const sweep::Axis& axis : group.axes) {
      keys.push_back(axis.key);
      counts.push_back(axis.values.size());
      Texts first;
      for (std::size_t i = 0; i < std::min(kShown, axis.values.size()); ++i)
        first.push_back(axis.values[i].dump());
      if (first.size() < axis.values.size()) first.emplace_back("..");
      values.push_back(fmt::format("{}", fmt::join(first, " ")));
    }
  }
  std::string text =
      fmt::format("file:     plan of a sweep ({})\nname:     {}\n", sweep::kPlanSchema, plan.name) +
      filled(fmt::format("networks: {}", fmt::join(networks, ", ")), file.console.width);
  text += fmt::format("points:   {}", counted(points, "point"));
  if (!plan.filters.empty())
    text += fmt::format(" before {}", counted(plan.filters.size(), "filter"));
  if (plan.sample) text += fmt::format(", {} of them drawn at random", plan.sample->points);
  if (!plan.pareto.empty()) text += fmt::format("\npareto:   {}", fmt::join(plan.pareto, ", "));
  file.console.out << text << "\n\n"
                   << Table()
                          .text("axis", keys)
                          .counts("values", "", counts)
                          .text("which", values)
                          .str(file.console.layout());
}

void print_sweep_table(const SchemaFile& file) {
  Texts names, units, axes;
  const auto place = file.place();
  const ordered_json& columns = file.array("columns");
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto at = place / "columns" / std::to_string(i);
    names.push_back(sim::require_text(columns[i], at, "name"));
    units.push_back(sim::require_text(columns[i], at, "unit"));
    axes.emplace_back(columns[i].value("axis", false) ? "axis" : "");
  }
  file.console.out << fmt::format("file:   table of a sweep ({})\nplan:   {}\npoints: {}\n\n",
                                  sweep::kTableSchema,
                                  sim::require_text(file.object, place, "plan"),
                                  file.array("rows").size())
                   << Table()
                          .text("column", names)
                          .text("unit", units)
                          .text("", axes)
                          .str(file.console.layout());
}

void print_baseline(const SchemaFile& file) {
  const regression::Baseline baseline = regression::read_baseline(file.path);
  Texts names, networks;
  std::vector<std::uint64_t> layers, cycles;
  for (const regression::KeptCase& kept : baseline.cases) {
    names.push_back(kept.given.name);
    const NetworkRequest& network = kept.given.network;
    networks.push_back(network.zoo.empty() ? network.file : network.zoo);
    layers.push_back(kept.outcome.counted.layers.size());
    cycles.push_back(kept.outcome.counted.total.counters.cycles);
  }
  file.console.out << fmt::format("file:  baseline of scnn check ({})\n\n",
                                  regression::kBaselineSchema)
                   << Table()
                          .text("case", names)
                          .text("network", networks)
                          .counts("layers", "", layers)
                          .counts("total", "cycles", cycles)
                          .str(file.console.layout());
}

void print_cases(const SchemaFile& file) {
  Texts names, networks;
  for (const regression::Case& one : regression::read_cases(file.path).cases) {
    names.push_back(one.name);
    networks.push_back(one.network.zoo.empty() ? one.network.file : one.network.zoo);
  }
  file.console.out
      << fmt::format("file:  cases of scnn check ({})\n\n", regression::kCasesSchema)
      << Table().text("case", names).text("network", networks).str(file.console.layout());
}

void print_energy(const SchemaFile& file) {
  const sim::EnergyTable table = sim::read_energy_table(file.path);
  Texts names, energies, sources;
  for (const sim::EventInfo& event : sim::event_table()) {
    const sim::EventEnergy& energy = table.*event.member;
    names.emplace_back(event.name);
    energies.push_back(fmt::format("{:g}", energy.pJ));
    sources.push_back(energy.source);
  }
  file.console.out << fmt::format("file:  energies of events ({})\nname:  {}\n\n",
                                  sim::kEnergySchema, table.name)
                   << Table().text("event", names).cells("pJ", energies).str(file.console.layout())
                   << '\n';
  for (std::size_t i = 0; i < names.size(); ++i)
    file.console.out << filled(fmt::format("{}: {}", names[i], sources[i]), file.console.width);
}

void print_validation(const SchemaFile& file) {
  const auto place = file.place();
  const ordered_json& figures = file.array("figures");
  Texts ids, titles;
  std::vector<std::uint64_t> rows;
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const auto at = place / "figures" / std::to_string(i);
    ids.push_back(sim::require_text(figures[i], at, "id"));
    titles.push_back(sim::require_text(figures[i], at, "title"));
    rows.push_back(sim::require_member(figures[i], at, "rows").size());
  }
  file.console.out << "file:  published beside simulated (scnn-validation/1)\n\n"
                   << Table()
                          .text("figure", ids)
                          .counts("rows", "", rows)
                          .text("title", titles)
                          .str(file.console.layout());
}

void print_conclusion(const SchemaFile& file) {
  file.console.out << "file:  explanation of a layer (scnn-explain/1)\n\n"
                   << wrapped(sim::require_text(file.object, file.place(), "conclusion"),
                              file.console.width);
}

void print_differences(const SchemaFile& file) {
  const ordered_json& same = sim::require_member(file.object, file.place(), "same");
  file.console.out << fmt::format("file:  differences that scnn check or diff found\n{}\n",
                                  same == true ? "none" : "some");
}

using Printer = void (*)(const SchemaFile& file);
constexpr std::array<std::pair<std::string_view, Printer>, 9> kPrinters{{
    {sweep::kPlanSchema, print_plan},
    {sweep::kTableSchema, print_sweep_table},
    {regression::kBaselineSchema, print_baseline},
    {regression::kCasesSchema, print_cases},
    {sim::kEnergySchema, print_energy},
    {"scnn-validation/1", print_validation},
    {"scnn-explain/1", print_conclusion},
    {"scnn-check/1", print_differences},
    {"scnn-diff/1", print_differences},
}};

}  // namespace

bool print_schema(const std::string& schema, const ordered_json& object,
                  const std::filesystem::path& path, const Console& console) {
  const auto* const found =
      std::ranges::find(kPrinters, schema, [](const auto& printer) { return printer.first; });
  if (found == kPrinters.end()) return false;
  found->second({path, object, console});
  return true;
}

}  // namespace scnn::cli
