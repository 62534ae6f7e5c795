#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "sim/result.hpp"
#include "tools/commands.hpp"
#include "tools/exit_status.hpp"
#include "tools/regression/difference_text.hpp"
#include "tools/regression/stored_run.hpp"
#include "tools/run_options.hpp"

namespace scnn::cli {
namespace {

using namespace regression;

constexpr const char* kDiffSchema = "scnn-diff/1";

CommandLine command_line() {
  return {
      .name = "diff",
      .usage = "A B [--json FILE]",
      .about =
          "Says what is different between two results of scnn run, from A to B: network,\n"
          "machine, layers, counters, and the activities that explain a change of cycles.\n"
          "`host` may differ. Status 4: they differ.",
      .options = {{"json", "FILE", "write every difference as JSON"}},
      .examples =
          {
              {"scnn diff before.json after.json", "two versions of the program, or two machines"},
              {"scnn diff before.json after.json --json diff.json", "and for another program"},
          },
      .operand = "A B",
  };
}

/// What differs beside layers, by the member of the result it is in.
struct Sections {
  using Section = std::pair<std::string, std::vector<ValueChange>>;
  std::vector<Section> changes;

  Sections(const StoredRun& a, const StoredRun& b) {
    for (const auto& change : value_changes(a.facts, b.facts)) {
      const auto dot = change.key.find('.');
      const std::string section = change.key.substr(0, dot);
      auto found = std::ranges::find(changes, section, &Section::first);
      if (found == changes.end()) found = changes.insert(changes.end(), {section, {}});
      found->second.push_back(change);
      if (dot != std::string::npos) found->second.back().key = change.key.substr(dot + 1);
    }
  }
};

std::string json_of(const Sections& sections, const Difference& difference) {
  nlohmann::ordered_json object{{"schema", kDiffSchema},
                                {"same", sections.changes.empty() && difference.empty()}};
  for (const auto& [section, changes] : sections.changes)
    object["facts"][section] = to_json(changes);
  object.update(to_json(difference));
  return sim::json_text(object);
}

void print(const Sections& sections, const Difference& difference, const Console& console) {
  if (sections.changes.empty() && difference.empty()) {
    console.out << "no difference\n";
    return;
  }
  for (const auto& [section, changes] : sections.changes)
    console.out << section << '\n' << values_text(changes, "  ");
  if (difference.empty()) {
    console.out << "layers\n  no difference\n";
    return;
  }
  console.out << "layers\n" << difference_text(difference, console.layout());
}

}  // namespace

int diff_command(const Words& words, Console& console) {
  const auto arguments = parse(command_line(), words, console);
  if (!arguments) return kDone;
  const StoredRun a = read_stored_run(arguments->required("A"));
  const StoredRun b = read_stored_run(arguments->required("B"));
  ResultFiles files(*arguments);
  const Sections sections(a, b);
  const Difference difference = compare(a.counted, b.counted);
  if (files.wants_json()) files.write_json(json_of(sections, difference));
  files.commit();
  print(sections, difference, console);
  return sections.changes.empty() && difference.empty() ? kDone : kDifferent;
}

}  // namespace scnn::cli
