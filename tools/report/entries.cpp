#include "tools/report/entries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <set>

#include "sim/architecture_file.hpp"
#include "sim/result_reader.hpp"

namespace scnn::cli::report {
namespace {

using nlohmann::ordered_json;

void add_entries(std::vector<Entry>& entries, const Input& input) {
  const sim::StoredResult head = sim::read_result_head(input.object, input.place());
  const auto add = [&](const ordered_json& object, const workloads::JsonPlace& place,
                       const std::string& granularity) {
    Entry entry{.label = "",
                .network = head.network,
                .granularity = granularity,
                .file = input.file,
                .architecture = head.architecture,
                .lines = {}};
    add_lines(entry.lines, object, place, granularity);
    entries.push_back(std::move(entry));
  };
  if (input.kind == Kind::run) return add(input.object, input.place(), "");
  const ordered_json& list = require_array(input.object, input.place(), "granularities");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto at = input.place() / "granularities" / std::to_string(i);
    add(list[i], at, sim::require_text(list[i], at, "granularity"));
  }
}

/// `banks 8, kc 4`: the parameters in which the machines of the entries differ.
std::vector<std::string> differing_parameters(const std::vector<Entry>& entries) {
  std::vector<ordered_json> machines;
  for (const Entry& entry : entries) machines.push_back(sim::to_json(entry.architecture).flatten());
  std::vector<std::string> texts(entries.size());
  for (const auto& parameter : machines.front().items()) {
    const std::string& key = parameter.key();
    const auto differs = [&](const ordered_json& machine) {
      return machine.at(key) != parameter.value();
    };
    if (key == "/name" || std::ranges::none_of(machines, differs)) continue;
    for (std::size_t e = 0; e < entries.size(); ++e) {
      const ordered_json& value = machines[e].at(key);
      texts[e] +=
          fmt::format("{}{} {}", texts[e].empty() ? "" : ", ", key.substr(key.rfind('/') + 1),
                      value.is_string() ? value.get<std::string>() : value.dump());
    }
  }
  return texts;
}

bool all_different(const std::vector<Entry>& entries) {
  std::set<std::string> labels;
  return std::ranges::all_of(entries,
                             [&](const Entry& entry) { return labels.insert(entry.label).second; });
}

/// Appends what a part says of each, when it says different things of those that look alike.
void tell_apart(std::vector<Entry>& entries, const std::function<std::string(std::size_t)>& part) {
  if (all_different(entries)) return;
  std::set<std::string> said;
  for (std::size_t e = 0; e < entries.size(); ++e) said.insert(part(e));
  if (said.size() < 2) return;
  for (std::size_t e = 0; e < entries.size(); ++e)
    if (const std::string text = part(e); !text.empty()) entries[e].label += ", " + text;
}

}  // namespace

std::vector<Entry> entries_of(const std::vector<Input>& inputs) {
  std::vector<Entry> entries;
  for (const Input& input : inputs)
    if (input.kind == Kind::run || input.kind == Kind::comparison) add_entries(entries, input);
  if (entries.empty()) return entries;
  for (Entry& entry : entries) entry.label = entry.network;
  constexpr std::size_t kReadable = 32;  // characters of a list of parameters
  const std::vector<std::string> parameters = differing_parameters(entries);
  const bool readable = std::ranges::all_of(
      parameters, [](const std::string& text) { return text.size() <= kReadable; });
  tell_apart(entries, [&](std::size_t e) { return entries[e].granularity; });
  tell_apart(entries, [&](std::size_t e) {
    return readable ? parameters[e] : entries[e].architecture.name;
  });
  tell_apart(entries, [&](std::size_t e) {
    return std::filesystem::path(entries[e].file).filename().string();
  });
  if (!all_different(entries))
    for (std::size_t e = 0; e < entries.size(); ++e)
      entries[e].label = fmt::format("{}: {}", e + 1, entries[e].label);
  return entries;
}

}  // namespace scnn::cli::report
