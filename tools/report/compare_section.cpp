#include <fmt/format.h>

#include <algorithm>

#include "sim/result_reader.hpp"
#include "sparse_formats/error.hpp"
#include "tools/numbers.hpp"
#include "tools/report/accuracy_charts.hpp"
#include "tools/report/cards.hpp"
#include "tools/report/html.hpp"
#include "tools/report/layer_charts.hpp"
#include "tools/report/sections.hpp"
#include "tools/report/spec.hpp"
#include "tools/run_options.hpp"

namespace scnn::cli::report {
namespace {

/// Something granularities are compared by.
struct Metric {
  const char* field;
  const char* title;  ///< of the chart
  const char* unit;   ///< what the chart says along y
  const char* axis;   ///< the same where no title says of what
  const char* format;
};

constexpr Metric kMetrics[] = {
    {"storage", "Storage", "share of 8-bit dense weights", "storage (share of 8-bit dense weights)",
     kShare},
    {"index_share", "Index share", "share of stored bits", "index bits (share of stored bits)",
     kShare},
    {"outputs_none", "Output references, no bypass", "accumulator writes",
     "accumulator writes, no bypass", kShort},
    {"outputs_step", "Output references, step bypass", "accumulator writes",
     "accumulator writes, step bypass", kShort},
    {"cycles", "Cycles", "cycles", "cycles", kShort},
    {"speedup", "Speed-up", "over DCNN (ratio of cycles)", "speed-up over DCNN (ratio of cycles)",
     kRatio},
};

double number_at(const Line& line, const workloads::JsonPlace& place, const char* pointer) {
  const auto at = ordered_json::json_pointer(pointer);
  if (!line.object.contains(at) || !line.object.at(at).is_number())
    throw InputError(place.text(), fmt::format("layer \"{}\" of granularity \"{}\" has no number "
                                               "{}, expected one",
                                               line.layer, line.granularity, pointer));
  return line.object.at(at).get<double>();
}

constexpr double kDenseBits = 8.0;  // of a weight that storage is compared with

ordered_json metrics_row(const Line& line, const workloads::JsonPlace& place) {
  const double values = number_at(line, place, "/storage/value_bits");
  const double indices = number_at(line, place, "/storage/index_bits");
  const double dense = kDenseBits * number_at(line, place, "/weights");
  const auto share = [](double part, double whole) {
    return whole > 0.0 ? ordered_json(part / whole) : ordered_json(nullptr);
  };
  return {line.granularity,
          line.layer,
          share(values + indices, dense),
          share(indices, values + indices),
          number_at(line, place, "/accumulator_writes_without_bypass"),
          number_at(line, place, "/accumulator_writes_with_step_bypass"),
          line.counters.cycles,
          cell(speed_up(line)),
          share(number_at(line, place, "/nonzero_weights"), dense / kDenseBits)};
}

constexpr double kRoomForText = 1.12;  // above the highest bar

/// Of the networks' numbers in that column.
double largest(const Dataset& data, std::string_view field) {
  const auto column =
      static_cast<std::size_t>(std::ranges::find(data.columns, field) - data.columns.begin());
  double most = 0.0;
  for (const ordered_json& row : data.rows)
    if (row[1] == kAllLayers && row[column].is_number())
      most = std::max(most, row[column].get<double>());
  return most > 0.0 ? most : 1.0;
}

Chart side_by_side(const Metric& metric, const Dataset& data, const Lines& lines) {
  ordered_json spec = chart_spec("grains", kThirdWidth, 190);
  spec["transform"].push_back({{"filter", std::string("datum.layer == '") + kAllLayers + "'"}});
  ordered_json y = quantity(metric.field, metric.unit,
                            metric.format == std::string_view(kShort) ? kShort : "~r");
  y["scale"] = {{"nice", false}, {"domainMax", kRoomForText * largest(data, metric.field)}};
  ordered_json color = colours("granularity", "granularity", lines.granularities);
  color["legend"] = nullptr;  // x says it
  spec["encoding"] = {{"x", names("granularity", "granularity")}, {"y", y}};
  const ordered_json tips{tip("granularity", "granularity"),
                          tip("density", "non-zero weights (share)", kShare),
                          tip(metric.field, metric.axis, ",.4~f")};
  spec["layer"] = {
      {{"mark", {{"type", "bar"}}}, {"encoding", {{"color", color}, {"tooltip", tips}}}},
      {{"mark", {{"type", "text"}, {"dy", -7}, {"color", "currentColor"}}},
       {"encoding",
        {{"text",
          {{"field", metric.field},
           {"type", "quantitative"},
           {"format", std::string_view(metric.format) == kShort ? ".4s" : metric.format}}}}}}};
  return {.id = std::string("grain-") + metric.field,
          .title = metric.title,
          .about = "",
          .spec = spec,
          .dataset = "grains",
          .size = "third"};
}

Chart by_layer(Section& section, const Lines& lines) {
  Control control{
      .key = "metric", .label = "Granularities by", .options = {}, .selected = "cycles"};
  for (const Metric& metric : kMetrics)
    control.options.push_back({metric.field, metric.axis, metric.format});
  section.controls.push_back(control);
  ordered_json spec = chart_spec("grains", kPageWidth, 260);
  spec["transform"].push_back({{"filter", std::string("datum.layer != '") + kAllLayers + "'"}});
  spec["mark"] = {{"type", "bar"}, {"cursor", "pointer"}};
  spec["encoding"] = {
      {"x", layer_axis(lines.layers)},
      {"xOffset", {{"field", "granularity"}, {"sort", nullptr}}},
      {"y", quantity("cycles", "cycles")},
      {"color", colours("granularity", "granularity", lines.granularities)},
      {"opacity", selected_opacity()},
      {"tooltip",
       {tip("layer", "layer"), tip("granularity", "granularity"),
        tip("density", "non-zero weights (share)", kShare),
        tip("storage", "storage of dense (share)", kShare),
        tip("index_share", "index bits of stored bits (share)", kShare),
        tip("outputs_none", "output references, no bypass", kCount),
        tip("outputs_step", "output references, step bypass", kCount),
        tip("cycles", "cycles", kCount), tip("speedup", "speed-up over DCNN", kRatio)}}};
  return {.id = "grain-layers",
          .title = "Granularities, layer by layer",
          .about = "Choose above what is compared.",
          .spec = spec,
          .dataset = "grains",
          .log = {"y"},
          .fields = {{"metric", "y"}},
          .layers = true};
}

Lines lines_of(const Input& input) {
  const ordered_json& list = require_array(input.object, input.place(), "granularities");
  const workloads::JsonPlace place = input.place() / "granularities";
  if (list.empty()) throw InputError(place.text(), "found no granularity, expected one or more");
  Lines lines;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const workloads::JsonPlace at = place / std::to_string(i);
    add_lines(lines, list[i], at, sim::require_text(list[i], at, "granularity"));
  }
  return lines;
}

}  // namespace

Section comparison_section(const Input& input) {
  if (has_accuracies(input)) return accuracy_section(input);
  const sim::StoredResult head = sim::read_result_head(input.object, input.place());
  const Lines lines = lines_of(input);
  Section section{
      .title = head.network,
      .subtitle = fmt::format("Granularities compared on {}", machine_text(head.architecture))};
  section.cards = headline_cards(lines.total());
  for (Card& card : section.cards) card.label += ", " + lines.granularities.front();
  Dataset& data = section.datasets["grains"];
  data.columns = {"granularity",  "layer",  "storage", "index_share", "outputs_none",
                  "outputs_step", "cycles", "speedup", "density"};
  for (const Line& line : lines.all) data.rows.push_back(metrics_row(line, input.place()));
  Group group{.title = "What regularity buys", .charts = {}};
  for (const Metric& metric : kMetrics) group.charts.push_back(side_by_side(metric, data, lines));
  group.charts.push_back(by_layer(section, lines));
  section.groups.push_back(std::move(group));
  if (lines.granularities.size() > 1) {
    Control grains{.key = "granularity",
                   .label = "Charts by layer show",
                   .options = {},
                   .selected = lines.granularities.front()};
    for (const std::string& name : lines.granularities) grains.options.push_back({name, name, ""});
    section.controls.push_back(std::move(grains));
  }
  add_layer_charts(section, lines, head.architecture);
  section.groups.push_back({.title = "Numbers", .html = layer_table(lines)});
  section.groups.push_back(origin_group(input, &head.architecture));
  return section;
}

}  // namespace scnn::cli::report
