#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "sim/architecture_file.hpp"
#include "sim/densities_file.hpp"
#include "sim/result.hpp"
#include "sim/result_reader.hpp"
#include "sparse_formats/error.hpp"
#include "tools/compare_tables.hpp"
#include "tools/info_files.hpp"
#include "tools/regression/cases.hpp"
#include "tools/run_options.hpp"
#include "tools/run_summary.hpp"
#include "tools/run_tables.hpp"
#include "tools/table.hpp"
#include "workloads/json_input.hpp"
#include "workloads/json_place.hpp"

namespace scnn::cli {
namespace {

using nlohmann::ordered_json;

std::string head_text(const char* what, const sim::StoredResult& result) {
  return fmt::format(
      "file:    {}\nnetwork: {}\nSHA-256: {}\nmachine: {}\nwritten: scnn {} ({})\n\n", what,
      result.network, result.input_sha256, machine_text(result.architecture), result.version,
      result.git_commit);
}

RunLine line_of(const sim::StoredLayer& layer) {
  return {layer.name, layer.weight_density, layer.activation_density,
          mapping_text(layer.kc, layer.temporal_tiles), layer.counters};
}

void print_result(const ordered_json& object, const std::string& file, const Console& console) {
  const sim::StoredResult result = sim::read_result(object, file);
  std::vector<RunLine> lines;
  for (const auto& layer : result.layers) lines.push_back(line_of(layer));
  lines.push_back({"total", std::nullopt, std::nullopt, "", result.total});
  console.out << head_text("result of a run (scnn-result/1)", result)
              << timing_table(lines, console.layout()) << '\n'
              << activity_table(lines, console.layout()) << '\n'
              << run_summary(lines, result.architecture, console.layout());
}

/// A comparison that was made with --accuracy: its points.
void print_accuracies(const ordered_json& object, const std::string& file, const Console& console) {
  const workloads::JsonPlace place{.file = file, .pointer = {}};
  const sim::StoredResult head = sim::read_result_head(object, place);
  const workloads::JsonPlace list_place = place / "accuracy" / "points";
  const ordered_json& list = sim::require_member(object["accuracy"], place / "accuracy", "points");
  if (!list.is_array() || list.empty())
    throw InputError(list_place.text(),
                     fmt::format("found {}, expected a list of points", workloads::shown(list)));
  std::vector<std::string> grains;
  std::vector<std::optional<double>> densities, accuracies, storage, cycles;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const workloads::JsonPlace at = list_place / std::to_string(i);
    const ordered_json& mean = sim::require_member(list[i], at, "mean");
    grains.push_back(sim::require_text(list[i], at, "granularity"));
    densities.emplace_back(sim::require_number(list[i], at, "density"));
    accuracies.emplace_back(100.0 * sim::require_number(list[i], at, "accuracy"));
    storage.emplace_back(sim::require_number(mean, at / "mean", "storage_ratio"));
    cycles.emplace_back(sim::require_number(mean, at / "mean", "cycles"));
  }
  console.out << head_text("comparison with accuracies (scnn-compare/1)", head)
              << Table()
                     .text("grain", grains)
                     .numbers("density", densities, 3)
                     .numbers("accuracy\n%", accuracies, 2)
                     .numbers("storage\nof dense", storage, 3)
                     .numbers("cycles", cycles, 0)
                     .str(console.width);
}

void print_comparison(const ordered_json& object, const std::string& file, const Console& console) {
  if (object.contains("accuracy")) return print_accuracies(object, file, console);
  const workloads::JsonPlace place{.file = file, .pointer = {}};
  sim::StoredResult head = sim::read_result_head(object, place);
  const ordered_json& list = sim::require_member(object, place, "granularities");
  const workloads::JsonPlace list_place = place / "granularities";
  if (!list.is_array() || list.empty())
    throw InputError(list_place.text(), fmt::format("found {}, expected a list of granularities",
                                                    workloads::shown(list)));
  console.out << head_text("comparison of granularities (scnn-compare/1)", head);
  for (std::size_t i = 0; i < list.size(); ++i) {
    const workloads::JsonPlace at = list_place / std::to_string(i);
    sim::StoredResult one;
    sim::read_layers(list[i], at, one);
    std::vector<RunLine> lines;
    for (const auto& layer : one.layers) lines.push_back(line_of(layer));
    lines.push_back({"total", std::nullopt, std::nullopt, "", one.total});
    console.out << (i == 0 ? "" : "\n") << sim::require_text(list[i], at, "granularity") << "\n\n"
                << timing_table(lines, console.layout());
  }
}

/// Leaves of an object by their dotted keys.
void flatten(const ordered_json& object, const std::string& prefix,
             std::vector<std::pair<std::string, std::string>>& leaves) {
  for (const auto& member : object.items()) {
    const std::string key = prefix + member.key();
    if (member.value().is_object())
      flatten(member.value(), key + ".", leaves);
    else
      leaves.emplace_back(key, member.value().dump());
  }
}

void print_architecture(const ordered_json& object, const std::string& file,
                        const Console& console) {
  const memory::Architecture arch = sim::resolve_architecture(object, file);
  std::vector<std::pair<std::string, std::string>> leaves, defaults;
  flatten(sim::to_json(arch), "", leaves);
  flatten(sim::to_json(memory::Architecture{}), "", defaults);
  std::vector<std::string> keys, values, usual;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    keys.push_back(leaves[i].first);
    values.push_back(leaves[i].second);
    usual.push_back(leaves[i].second == defaults[i].second ? "" : defaults[i].second);
  }
  console.out << fmt::format("file:    architecture\nmachine: {}\n\n", machine_text(arch))
              << Table()
                     .text("key", keys)
                     .cells("value", values)
                     .cells("default, if different", usual)
                     .str(console.layout());
}

void print_densities(const std::filesystem::path& path, const Console& console) {
  std::vector<std::string> patterns;
  std::vector<std::optional<double>> values;
  const workloads::DensityTable table = sim::read_densities(path);
  for (const auto& [pattern, density] : table.entries()) {
    patterns.push_back(pattern);
    values.emplace_back(density);
  }
  console.out
      << "file:    densities, the first match counts\n\n"
      << Table().text("layer", patterns).numbers("density", values, 4).str(console.layout());
}

/// Densities are an object of numbers, and so is an architecture that says little.
bool is_densities(const ordered_json& object) {
  const ordered_json keys = sim::to_json(memory::Architecture{});
  bool numbers = !object.empty(), known = true;
  for (const auto& member : object.items()) {
    numbers = numbers && member.value().is_number();
    known = known && keys.contains(member.key());
  }
  return numbers && !known;
}

}  // namespace

void print_json(const std::filesystem::path& path, const Console& console) {
  const std::string file = path.string();
  const ordered_json object = workloads::read_json_file(path);
  if (object.is_object() && object.contains("schema")) {
    const auto place = workloads::JsonPlace{.file = file, .pointer = {}};
    const std::string schema = sim::require_text(object, place, "schema");
    if (schema == sim::kResultSchema) return print_result(object, file, console);
    if (schema == kCompareSchema) return print_comparison(object, file, console);
    if (print_schema(schema, object, path, console)) return;
    throw InputError((place / "schema").text(),
                     fmt::format("found \"{}\", expected one that scnn writes or reads, such as "
                                 "\"{}\" (docs/formats.md)",
                                 workloads::shown_text(schema), sim::kResultSchema));
  }
  if (object.is_array() && print_schema(regression::kCasesSchema, object, path, console)) return;
  if (object.is_object() && is_densities(object)) return print_densities(path, console);
  print_architecture(object, file, console);
}

}  // namespace scnn::cli
