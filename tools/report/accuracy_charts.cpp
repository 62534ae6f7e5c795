#include "tools/report/accuracy_charts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/result_reader.hpp"
#include "sparse_formats/error.hpp"
#include "tools/numbers.hpp"
#include "tools/report/cards.hpp"
#include "tools/report/html.hpp"
#include "tools/report/sections.hpp"
#include "tools/report/spec.hpp"
#include "tools/run_options.hpp"

namespace scnn::cli::report {
namespace {

constexpr double kPercent = 100.0;
constexpr double kShownLoss = 10.0;  // points of accuracy; charts of costs leave out the rest
constexpr const char* kMember = "accuracy";

/// Something granularities cost.
struct Metric {
  const char* field;  ///< of the dataset
  const char* key;    ///< of the file's `mean` and `costs`
  const char* title;  ///< of the chart
  const char* axis;   ///< with the unit
  const char* format;
};

constexpr Metric kMetrics[] = {
    {"kept", "density", "Density", "kept weights (share)", kShare},
    {"storage", "storage_ratio", "Storage", "storage (share of 8-bit dense weights)", kShare},
    {"index_share", "index_share", "Index share", "index bits (share of stored bits)", kShare},
    {"outputs", "accumulator_writes_with_step_bypass", "Output references, step bypass",
     "accumulator writes, step bypass", kShort},
    {"outputs_each", "accumulator_writes_without_bypass", "Output references, no bypass",
     "accumulator writes, no bypass", kShort},
    {"weights", "weight_fifo_reads", "Weight references", "weight vectors read from FIFOs", kShort},
    {"cycles", "cycles", "Cycles", "cycles", kShort},
    {"speedup", "speed_up", "Speed-up", "speed-up over DCNN (ratio of cycles)", kRatio},
    {"energy", "energy_pJ", "Energy", "energy (pJ)", kShort},
};

/// The metrics of a point or bound; null for what the file does not have.
void add_metrics(ordered_json& row, const ordered_json& costs, const workloads::JsonPlace& place) {
  if (!costs.is_object())
    throw InputError(place.text(),
                     fmt::format("found {}, expected an object", workloads::shown(costs)));
  for (const Metric& metric : kMetrics)
    row.push_back(costs.contains(metric.key)
                      ? ordered_json(sim::require_number(costs, place, metric.key))
                      : ordered_json(nullptr));
}

struct Data {
  Dataset points, equal;
  std::vector<std::string> granularities;
  double dense = 0.0;  ///< per cent
  bool energy = false;
};

void read_points(Data& data, const ordered_json& object, const workloads::JsonPlace& place) {
  const ordered_json& points = require_array(object, place, "points");
  for (std::size_t i = 0; i < points.size(); ++i) {
    const ordered_json& point = points[i];
    const workloads::JsonPlace at = place / "points" / std::to_string(i);
    const std::string name = sim::require_text(point, at, "granularity");
    if (std::ranges::find(data.granularities, name) == data.granularities.end())
      data.granularities.push_back(name);
    const double accuracy = kPercent * sim::require_number(point, at, "accuracy");
    ordered_json row{name,
                     sim::require_number(point, at, "density"),
                     accuracy,
                     kPercent * sim::require_number(point, at, "accuracy_least"),
                     kPercent * sim::require_number(point, at, "accuracy_most"),
                     data.dense - accuracy};
    add_metrics(row, sim::require_member(point, at, "mean"), at / "mean");
    data.energy = data.energy || !row.back().is_null();
    data.points.rows.push_back(std::move(row));
  }
}

void read_equal(Data& data, const ordered_json& object, const workloads::JsonPlace& place) {
  const ordered_json& list = require_array(object, place, "equal_accuracy");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const workloads::JsonPlace at = place / "equal_accuracy" / std::to_string(i);
    ordered_json row{sim::require_text(list[i], at, "granularity"),
                     fmt::format("{}", sim::require_number(list[i], at, "loss"))};
    if (!list[i].contains("costs")) continue;  // the bound was not met
    add_metrics(row, list[i]["costs"], at / "costs");
    data.equal.rows.push_back(std::move(row));
  }
}

Data read_data(const Input& input) {
  Data data;
  const workloads::JsonPlace place = input.place() / kMember;
  const ordered_json& object = sim::require_member(input.object, input.place(), kMember);
  data.points.columns = {"granularity", "density", "accuracy", "least", "most", "loss"};
  data.equal.columns = {"granularity", "loss"};
  for (const Metric& metric : kMetrics) {
    data.points.columns.emplace_back(metric.field);
    data.equal.columns.emplace_back(metric.field);
  }
  const ordered_json& dense = sim::require_member(object, place, "dense");
  data.dense = kPercent * sim::require_number(dense, place / "dense", "accuracy");
  read_points(data, object, place);
  read_equal(data, object, place);
  if (data.points.rows.empty())
    throw InputError((place / "points").text(), "found no point, expected one or more");
  return data;
}

ordered_json tips_of(const Data& data) {
  ordered_json tips{tip("granularity", "granularity"),
                    tip("density", "density asked for (share)", kShare),
                    tip("accuracy", "accuracy (%)", ".2f"), tip("loss", "loss (points)", ".2f")};
  for (const Metric& metric : kMetrics)
    if (data.energy || metric.field != std::string_view("energy"))
      tips.push_back(tip(metric.field, metric.axis, ",.4~g"));
  return tips;
}

/// Lines with points; shapes say the granularity beside the colours.
Chart curve(const Data& data, const Metric& metric, bool all) {
  ordered_json spec = chart_spec("accuracies", kHalfWidth, 280);
  ordered_json x = quantity(metric.field, metric.axis, metric.format);
  x["scale"] = {{"zero", false}};
  ordered_json y = quantity("accuracy", "accuracy (%)", "~r");
  y["scale"] = {{"zero", false}};
  if (!all) {
    double best = data.dense;
    for (const auto& row : data.points.rows) best = std::max(best, row[2].get<double>());
    y["scale"]["domain"] = {std::floor(data.dense - kShownLoss), std::ceil(best)};
  }
  const ordered_json colour = colours("granularity", "granularity", data.granularities);
  ordered_json shape = colour;
  shape["scale"] = {{"domain", data.granularities},
                    {"range", {"circle", "square", "triangle-up", "diamond"}}};
  ordered_json least = y, dense{{"datum", data.dense}, {"title", y["title"]}};
  least["field"] = "least";
  const ordered_json most{{"field", "most"}, {"title", y["title"]}};
  spec["encoding"] = {{"x", x}, {"color", colour}};
  spec["layer"] = {
      {{"data", {{"values", ordered_json::array({ordered_json::object()})}}},
       {"mark", {{"type", "rule"}, {"strokeDash", {4, 3}}, {"opacity", 0.7}}},
       {"encoding", {{"x", nullptr}, {"y", dense}, {"color", {{"value", "currentColor"}}}}}},
      {{"mark", {{"type", "line"}, {"strokeWidth", 1.5}, {"clip", true}}},
       {"encoding", {{"y", y}, {"order", {{"field", "density"}}}}}},
      {{"mark", {{"type", "rule"}, {"strokeWidth", 1.5}, {"clip", true}}},
       {"encoding", {{"y", least}, {"y2", most}}}},
      {{"mark", {{"type", "point"}, {"filled", true}, {"size", 55}, {"clip", true}}},
       {"encoding", {{"y", y}, {"shape", shape}, {"tooltip", tips_of(data)}}}}};
  return {.id = std::string("accuracy-") + metric.field + (all ? "-all" : ""),
          .title = std::string("Accuracy over ") + (all ? "density, whole range" : metric.axis),
          .about = all ? "Dashes: the dense network. Bars: from the worst to the best seed."
                       : fmt::format("Down to {} points below the dense network.", kShownLoss),
          .spec = spec,
          .dataset = "accuracies",
          .log = {"x"},
          .size = "narrow"};
}

/// Bars at equal accuracy, a group per loss.
Chart at_equal_accuracy(const Data& data, const Metric& metric) {
  ordered_json spec = chart_spec("equal", kThirdWidth, 200);
  const std::string_view format(metric.format);
  spec["mark"] = {{"type", "bar"}};
  spec["encoding"] = {
      {"x", names("loss", "loss of accuracy (points)")},
      {"xOffset", {{"field", "granularity"}, {"sort", nullptr}}},
      {"y", quantity(metric.field, metric.axis, format == kShort ? kShort : "~r")},
      {"color", colours("granularity", "granularity", data.granularities)},
      {"tooltip",
       {tip("granularity", "granularity"), tip("loss", "loss (points)"),
        tip("kept", "kept weights (share)", kShare), tip(metric.field, metric.axis, ",.4~g")}}};
  return {.id = std::string("equal-") + metric.field,
          .title = metric.title,
          .about = "",
          .spec = spec,
          .dataset = "equal",
          .size = "third"};
}

/// The points as a table; exact values as `data-value`.
std::string point_table(const Data& data) {
  std::string html =
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Accuracies\">"
      "<table class=\"accuracies\"><caption>Means over seeds</caption><thead><tr>"
      "<th>granularity</th><th>density asked for</th><th>accuracy (%)</th><th>worst seed (%)</th>"
      "<th>best seed (%)</th><th>loss (points)</th>";
  for (const Metric& metric : kMetrics) html += fmt::format("<th>{}</th>", escaped(metric.axis));
  html += "</tr></thead><tbody>\n";
  for (const ordered_json& row : data.points.rows) {
    html += fmt::format("<tr><th scope=\"row\">{}</th>", escaped(row[0].get<std::string>()));
    for (std::size_t i = 1; i < row.size(); ++i)
      html += row[i].is_null()
                  ? "<td>-</td>"
                  : fmt::format("<td data-column=\"{}\" data-value=\"{}\">{:.6g}</td>",
                                data.points.columns[i], row[i].dump(), row[i].get<double>());
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

}  // namespace

bool has_accuracies(const Input& input) {
  return input.object.is_object() && input.object.contains(kMember);
}

Section accuracy_section(const Input& input) {
  const sim::StoredResult head = sim::read_result_head(input.object, input.place());
  Data data = read_data(input);
  Section section{
      .title = sim::require_text(input.object[kMember], input.place() / kMember, "network"),
      .subtitle =
          fmt::format("Accuracy and cost of granularities on {}", machine_text(head.architecture))};
  section.cards.push_back(ratio_card("dense_accuracy", "Dense network", data.dense, 2, "%"));
  Group curves{.title = "What regularity costs, and what it buys"};
  curves.charts.push_back(curve(data, kMetrics[0], true));
  Group equal{.title = "At equal accuracy"};
  for (const Metric& metric : kMetrics) {
    if (!data.energy && metric.field == std::string_view("energy")) continue;
    if (metric.field != std::string_view("index_share"))
      curves.charts.push_back(curve(data, metric, false));
    if (!data.equal.rows.empty()) equal.charts.push_back(at_equal_accuracy(data, metric));
  }
  section.groups.push_back(std::move(curves));
  if (!equal.charts.empty()) section.groups.push_back(std::move(equal));
  section.groups.push_back({.title = "Numbers", .html = point_table(data)});
  section.groups.push_back(origin_group(input, &head.architecture));
  section.datasets["accuracies"] = std::move(data.points);
  section.datasets["equal"] = std::move(data.equal);
  return section;
}

}  // namespace scnn::cli::report
