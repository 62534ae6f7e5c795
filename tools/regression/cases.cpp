#include "tools/regression/cases.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "sim/architecture_file.hpp"
#include "sparse_formats/error.hpp"
#include "workloads/json_input.hpp"

namespace scnn::cli::regression {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using workloads::JsonObjectReader;
using workloads::JsonPlace;

constexpr std::array<std::string_view, 2> kEngines{"decoupled", "clocked"};
constexpr std::array<std::string_view, 1> kSchemas{kCasesSchema};

CaseOptions read_options(JsonObjectReader& reader) {
  CaseOptions options;
  auto member = reader.object("options");
  if (!member) return options;
  options.clocked = member->choice("engine", kEngines).value_or(0) == 1;
  options.values = member->flag("values").value_or(true);
  options.verify = member->flag("verify").value_or(options.values);
  member->refuse_unknown_keys();
  if (options.verify && !options.values)
    throw InputError((member->place() / "verify").text(),
                     "found true without \"values\", expected both or none");
  return options;
}

Tolerance read_tolerance(const ordered_json& value, const JsonPlace& place) {
  JsonObjectReader reader(value, place);
  const auto relative = reader.not_negative("relative"), absolute = reader.not_negative("absolute");
  reader.refuse_unknown_keys();
  if (relative.has_value() == absolute.has_value())
    throw InputError(place.text(),
                     "found both or none of \"relative\" and \"absolute\", expected one");
  return {relative ? *relative : *absolute, relative.has_value()};
}

Tolerances read_tolerances(JsonObjectReader& reader) {
  Tolerances tolerances;
  const auto member = reader.object("tolerances");
  if (!member) return tolerances;
  for (const auto& [name, value] : reader.any("tolerances")->items()) {
    const JsonPlace place = member->place() / name;
    const auto& table = memory::counter_table();
    if (std::ranges::find(table, name, &memory::CounterInfo::name) == table.end())
      throw InputError(place.text(), "unknown counter, expected one of docs/formats.md");
    tolerances.emplace(name, read_tolerance(value, place));
  }
  return tolerances;
}

Case read_case(const ordered_json& object, const JsonPlace& place, const fs::path& folder) {
  JsonObjectReader reader(object, place);
  Case one = read_case_head(reader);
  if (const ordered_json* machine = reader.any("architecture")) {
    const JsonPlace at = reader.place() / "architecture";
    if (machine->is_string()) {
      one.architecture_file = machine->get<std::string>();
      one.architecture = sim::read_architecture(located(one.architecture_file, folder));
    } else {
      one.architecture = sim::resolve_architecture(*machine, at);
    }
  }
  reader.refuse_unknown_keys();
  return one;
}

}  // namespace

Case read_case_head(JsonObjectReader& reader) {
  Case one;
  one.name = reader.text("name").value_or("");
  if (one.name.empty())
    throw InputError((reader.place() / "name").text(), "found no name, expected one");
  const ordered_json* network = reader.any("network");
  if (network == nullptr)
    throw InputError(reader.place().text(), "has no member \"network\", expected one");
  one.network = read_network_request(*network, reader.place() / "network", {});
  one.options = read_options(reader);
  one.tolerances = read_tolerances(reader);
  return one;
}

const ordered_json& require_cases(const ordered_json& list, const JsonPlace& place) {
  if (!list.is_array() || list.empty())
    throw InputError(place.text(),
                     fmt::format("found {}, expected a list of cases",
                                 list.is_array() ? "an empty array" : workloads::shown(list)));
  return list;
}

void refuse_repeated_names(const std::vector<Case>& cases, const JsonPlace& place) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < cases.size(); ++i)
    if (!names.insert(cases[i].name).second)
      throw InputError((place / std::to_string(i) / "name").text(),
                       fmt::format("found \"{}\" again, expected a name of its own",
                                   workloads::shown_text(cases[i].name)));
}

CaseList read_cases(const fs::path& path) {
  const ordered_json document = workloads::read_json_file(path);
  JsonPlace place{.file = path.string(), .pointer = {}};
  const ordered_json* list = &document;
  if (document.is_object()) {
    JsonObjectReader reader(document, place);
    if (!reader.choice("schema", kSchemas))
      throw InputError(place.text(), "has no member \"schema\", expected one");
    list = reader.any("cases");
    reader.refuse_unknown_keys();
    if (list == nullptr) throw InputError(place.text(), "has no member \"cases\", expected one");
    place = place / "cases";
  }
  CaseList result{path.parent_path(), place, {}};
  const ordered_json& cases = require_cases(*list, place);
  for (std::size_t i = 0; i < cases.size(); ++i)
    result.cases.push_back(read_case(cases[i], place / std::to_string(i), result.folder));
  refuse_repeated_names(result.cases, place);
  return result;
}

ordered_json to_json(const CaseOptions& options) {
  return {{"engine", kEngines[options.clocked ? 1 : 0]},
          {"values", options.values},
          {"verify", options.verify}};
}

ordered_json to_json(const Tolerances& tolerances) {
  ordered_json object = ordered_json::object();
  for (const auto& [name, tolerance] : tolerances)
    object[name][tolerance.relative ? "relative" : "absolute"] = tolerance.amount;
  return object;
}

std::string located(const std::string& file, const fs::path& folder) {
  return (folder / file).lexically_normal().string();
}

std::string moved(const std::string& file, const fs::path& from, const fs::path& to) {
  if (fs::path(file).is_absolute()) return file;
  return fs::proximate(fs::absolute(from / file), fs::absolute(to / ".")).string();
}

namespace {

/// Calls `change` with every file name of a request.
template <class Change>
NetworkRequest with_files(NetworkRequest request, Change&& change) {
  const bool names_densities = !request.densities.empty() && request.densities != "published" &&
                               !ordered_json::parse(request.densities, nullptr, false).is_number();
  if (!request.file.empty()) request.file = change(request.file);
  if (names_densities) request.densities = change(request.densities);
  return request;
}

}  // namespace

NetworkRequest moved(NetworkRequest request, const fs::path& from, const fs::path& to) {
  return with_files(std::move(request),
                    [&](const std::string& file) { return moved(file, from, to); });
}

NetworkRequest located(NetworkRequest request, const fs::path& folder) {
  return with_files(std::move(request),
                    [&](const std::string& file) { return located(file, folder); });
}

}  // namespace scnn::cli::regression
