#include "tools/sweep/plan.hpp"

#include <fmt/format.h>

#include <limits>
#include <set>
#include <utility>

#include "sim/architecture_file.hpp"
#include "sparse_formats/error.hpp"
#include "workloads/json_input.hpp"
#include "workloads/json_reader.hpp"

namespace scnn::cli::sweep {
namespace {

using nlohmann::ordered_json;
using workloads::JsonObjectReader;
using workloads::JsonPlace;

constexpr std::size_t kMostMetrics = 3;

/// An element of an array, and its place.
struct Element {
  const ordered_json* value;
  JsonPlace place;
};

std::vector<Element> elements(JsonObjectReader& reader, const char* key, const char* expected) {
  const ordered_json* array = reader.any(key);
  if (array == nullptr) return {};
  if (!array->is_array()) reader.refuse(key, *array, expected);
  std::vector<Element> all;
  for (std::size_t i = 0; i < array->size(); ++i)
    all.push_back({&(*array)[i], reader.place() / key / fmt::format("{}", i)});
  return all;
}

std::string text_of(const Element& element) {
  if (!element.value->is_string())
    throw InputError(element.place.text(),
                     fmt::format("found {}, expected a text", workloads::shown(*element.value)));
  return element.value->get<std::string>();
}

/// `name` is for the table; the rest is the request.
PlanNetwork read_network(const Element& element, const std::filesystem::path& folder) {
  ordered_json request = *element.value;
  PlanNetwork network;
  if (request.is_object() && request.contains("name")) {
    JsonObjectReader reader(request, element.place);
    network.name = reader.text("name").value();
    request.erase("name");
  }
  network.request = read_network_request(request, element.place, folder);
  if (network.name.empty())
    network.name = network.request.zoo.empty()
                       ? std::filesystem::path(network.request.file).stem().string()
                       : network.request.zoo;
  return network;
}

std::vector<PlanNetwork> read_networks(JsonObjectReader& reader,
                                       const std::filesystem::path& folder) {
  std::vector<PlanNetwork> networks;
  std::set<std::string> names;
  for (const Element& e : elements(reader, "networks", "an array of networks")) {
    networks.push_back(read_network(e, folder));
    if (!names.insert(networks.back().name).second)
      throw InputError(e.place.text(), fmt::format("a second network \"{}\", expected a \"name\" "
                                                   "that tells them apart",
                                                   networks.back().name));
  }
  if (networks.empty())
    throw InputError((reader.place() / "networks").text(), "expected at least one network");
  return networks;
}

/// The object of an architecture file, checked.
ordered_json read_base(JsonObjectReader& reader, const std::filesystem::path& folder) {
  const ordered_json* given = reader.any("architecture");
  if (given == nullptr) return ordered_json::object();
  if (given->is_object()) {
    static_cast<void>(sim::resolve_architecture(*given, (reader.place() / "architecture").text()));
    return *given;
  }
  if (!given->is_string())
    reader.refuse("architecture", *given, "an architecture or the name of its file");
  const auto path = (folder / given->get<std::string>()).lexically_normal();
  ordered_json object = workloads::read_json_file(path);
  static_cast<void>(sim::resolve_architecture(object, path.string()));
  return object;
}

std::optional<Sample> read_sample(JsonObjectReader& reader) {
  auto object = reader.object("sample");
  if (!object) return std::nullopt;
  Sample sample;
  const auto points = object->integer("points", {1, static_cast<std::int64_t>(kMostPoints)});
  if (!points)
    throw InputError((object->place() / "points").text(), "is missing, expected how many points");
  sample.points = static_cast<std::size_t>(*points);
  sample.seed = object
                    ->integer("seed", {std::numeric_limits<std::int64_t>::min(),
                                       std::numeric_limits<std::int64_t>::max()})
                    .value_or(1);
  object->refuse_unknown_keys();
  return sample;
}

std::optional<sim::EnergyTable> read_energy(JsonObjectReader& reader,
                                            const std::filesystem::path& folder) {
  const auto energy = reader.text("energy");
  if (!energy) return std::nullopt;
  if (*energy == "default") return sim::default_energy_table();
  if (!std::filesystem::exists(folder / *energy))
    throw InputError((reader.place() / "energy").text(),
                     fmt::format("found \"{}\", expected \"default\" or an energy file",
                                 workloads::shown_text(*energy)));
  return sim::read_energy_table(folder / *energy);
}

void refuse_repeated_keys(const std::vector<AxisGroup>& axes, const JsonPlace& place) {
  std::set<std::string> keys;
  for (const AxisGroup& group : axes)
    for (const Axis& axis : group.axes)
      if (!keys.insert(axis.key).second)
        throw InputError(place.text(),
                         fmt::format("two axes of \"{}\", expected one of each key", axis.key));
}

}  // namespace

Plan read_plan(const std::filesystem::path& path) {
  return resolve_plan(workloads::read_json_file(path), path.string(), path.parent_path());
}

Plan resolve_plan(ordered_json written, const std::string& file,
                  const std::filesystem::path& folder) {
  Plan plan;
  plan.file = file;
  plan.folder = folder;
  plan.written = std::move(written);
  JsonObjectReader reader(plan.written, {.file = file, .pointer = {}});
  if (reader.text("schema") != kPlanSchema)
    throw InputError((reader.place() / "schema").text(),
                     fmt::format("found another, expected \"{}\"", kPlanSchema));
  plan.name = reader.text("name").value_or(std::filesystem::path(file).stem().string());
  static_cast<void>(reader.text("about"));
  plan.networks = read_networks(reader, folder);
  plan.base = read_base(reader, folder);
  for (const Element& e : elements(reader, "axes", "an array of axes"))
    plan.axes.push_back(read_axis_group(*e.value, e.place));
  refuse_repeated_keys(plan.axes, reader.place() / "axes");
  for (const Element& e : elements(reader, "filters", "an array of expressions"))
    plan.filters.push_back({text_of(e), e.place});
  plan.sample = read_sample(reader);
  plan.energy = read_energy(reader, folder);
  const auto pareto = elements(reader, "pareto", "an array of two or three metrics");
  for (const Element& e : pareto) plan.pareto.push_back(text_of(e));
  if (plan.pareto.size() == 1 || plan.pareto.size() > kMostMetrics)
    throw InputError((reader.place() / "pareto").text(),
                     fmt::format("found {} metrics, expected two or three", plan.pareto.size()));
  plan.verify = reader.flag("verify").value_or(true);
  reader.refuse_unknown_keys();
  return plan;
}

}  // namespace scnn::cli::sweep
