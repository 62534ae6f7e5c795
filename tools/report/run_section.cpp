#include <fmt/format.h>

#include "sim/architecture_file.hpp"
#include "tools/numbers.hpp"
#include "tools/report/cards.hpp"
#include "tools/report/detail_charts.hpp"
#include "tools/report/html.hpp"
#include "tools/report/layer_charts.hpp"
#include "tools/report/sections.hpp"
#include "tools/run_options.hpp"

namespace scnn::cli::report {

Section section_of(const Input& input) {
  switch (input.kind) {
    case Kind::run:
      return run_section(input);
    case Kind::comparison:
      return comparison_section(input);
    case Kind::sweep:
      return sweep_section(input);
    case Kind::validation:
      break;
  }
  return validation_section(input);
}

Section run_section(const Input& input) {
  const sim::StoredResult head = sim::read_result_head(input.object, input.place());
  Lines lines;
  add_lines(lines, input.object, input.place(), "");
  Section section{.title = head.network,
                  .subtitle = fmt::format("Run on {}", machine_text(head.architecture))};
  section.cards = headline_cards(lines.total());
  add_layer_charts(section, lines, head.architecture);
  section.groups.push_back(
      detail_group(section, read_detail(input, lines, head.architecture), head.architecture));
  section.groups.push_back({.title = "Numbers", .html = layer_table(lines)});
  section.groups.push_back(origin_group(input, &head.architecture));
  return section;
}

Group origin_group(const Input& input, const memory::Architecture* arch) {
  Group group{.title = arch != nullptr ? "Machine and provenance" : "Provenance"};
  if (arch != nullptr) group.html += machine_drawing(*arch);
  group.html += "<div class=\"tables\">";
  if (arch != nullptr) group.html += key_table("Resolved architecture", sim::to_json(*arch));
  nlohmann::ordered_json origin{{"file", input.file}};
  for (const char* member : {"schema", "network", "plan", "provenance", "host"})
    if (input.object.contains(member)) origin[member] = input.object.at(member);
  group.html += key_table("Provenance", origin) + "</div>\n";
  return group;
}

}  // namespace scnn::cli::report
