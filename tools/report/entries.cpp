#include "tools/report/entries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
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
  // A comparison with accuracies has points in their place, and a section of its own.
  if (input.object.contains("accuracy")) return;
  const ordered_json& list = require_array(input.object, input.place(), "granularities");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto at = input.place() / "granularities" / std::to_string(i);
    add(list[i], at, sim::require_text(list[i], at, "granularity"));
  }
}

using Some = std::vector<Entry*>;
using Texts = std::vector<std::string>;

Texts granularities(const Some& entries) {
  Texts texts;
  for (const Entry* entry : entries) texts.push_back(entry->granularity);
  return texts;
}

/// `banks 8, kc 4`: the parameters in which the machines differ, or their names when those are
/// too many to read.
Texts machines(const Some& entries) {
  constexpr std::size_t kReadable = 32;  // characters
  std::vector<ordered_json> all;
  for (const Entry* entry : entries) all.push_back(sim::to_json(entry->architecture).flatten());
  Texts texts(entries.size()), names;
  for (const Entry* entry : entries) names.push_back(entry->architecture.name);
  for (const auto& parameter : all.front().items()) {
    const std::string& key = parameter.key();
    const auto differs = [&](const ordered_json& one) { return one.at(key) != parameter.value(); };
    if (key == "/name" || std::ranges::none_of(all, differs)) continue;
    for (std::size_t e = 0; e < all.size(); ++e) {
      const ordered_json& value = all[e].at(key);
      texts[e] +=
          fmt::format("{}{} {}", texts[e].empty() ? "" : ", ", key.substr(key.rfind('/') + 1),
                      value.is_string() ? value.get<std::string>() : value.dump());
    }
  }
  const bool long_text =
      std::ranges::any_of(texts, [](const std::string& text) { return text.size() > kReadable; });
  return long_text ? names : texts;
}

Texts files(const Some& entries) {
  Texts texts;
  for (const Entry* entry : entries)
    texts.push_back(std::filesystem::path(entry->file).filename().string());
  return texts;
}

Texts numbers(const Some& entries) {
  Texts texts;
  for (std::size_t e = 0; e < entries.size(); ++e) texts.push_back(std::to_string(e + 1));
  return texts;
}

/// Appends what `part` says of entries that look alike, where it says different things.
void tell_apart(std::vector<Entry>& entries, Texts (*part)(const Some&)) {
  std::map<std::string, Some> alike;
  for (Entry& entry : entries) alike[entry.label].push_back(&entry);
  for (auto& [label, some] : alike) {
    const Texts texts = some.size() > 1 ? part(some) : Texts{};
    if (std::set<std::string>(texts.begin(), texts.end()).size() < 2) continue;
    for (std::size_t e = 0; e < some.size(); ++e)
      if (!texts[e].empty()) some[e]->label += ", " + texts[e];
  }
}

/// `AlexNet` of `AlexNet (BVLC), dense`.
std::string short_name(const std::string& network) {
  const std::size_t end = network.find_first_of("(,");
  if (end == std::string::npos || end == 0) return network;
  const std::string name = network.substr(0, end);
  return name.substr(0, name.find_last_not_of(' ') + 1);
}

}  // namespace

std::vector<Entry> entries_of(const std::vector<Input>& inputs) {
  std::vector<Entry> entries;
  for (const Input& input : inputs)
    if (input.kind == Kind::run || input.kind == Kind::comparison) add_entries(entries, input);
  for (Entry& entry : entries) entry.label = short_name(entry.network);
  for (const auto part : {granularities, machines, files, numbers}) tell_apart(entries, part);
  return entries;
}

}  // namespace scnn::cli::report
