#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sim/result_reader.hpp"
#include "sparse_formats/error.hpp"
#include "tools/numbers.hpp"
#include "tools/report/sections.hpp"
#include "tools/report/spec.hpp"
#include "tools/report/sweep_table.hpp"

namespace scnn::cli::report {
namespace {

/// Columns of the table, and the ratios of time made from them.
Dataset points_of(const Table& table) {
  Dataset data;
  for (const Column& column : table.columns) data.columns.push_back(field_of(column.name));
  data.columns.insert(data.columns.end(), {"speedup", "of_the_oracle"});
  const std::size_t cycles = *table.find("cycles"), dcnn = *table.find("dcnn_cycles");
  const auto oracle = table.find("oracle_cycles");
  const auto over = [](const ordered_json& a, const ordered_json& b) -> ordered_json {
    if (!a.is_number() || !b.is_number() || b.get<double>() == 0.0) return nullptr;
    return a.get<double>() / b.get<double>();
  };
  for (const ordered_json* row : table.rows) {
    ordered_json cells = *row;
    cells.push_back(over((*row)[dcnn], (*row)[cycles]));
    cells.push_back(oracle ? over((*row)[*oracle], (*row)[cycles]) : ordered_json(nullptr));
    data.rows.push_back(std::move(cells));
  }
  return data;
}

std::vector<Option> metric_options(const Table& table) {
  std::vector<Option> options;
  for (std::size_t c = 0; c < table.columns.size(); ++c)
    if (table.columns[c].name != "pareto" && table.is_numeric(c))
      options.push_back({field_of(table.columns[c].name), titled(table.columns[c]), kShort});
  options.push_back({"speedup", "speed-up over DCNN (ratio of cycles)", "~r", true});
  options.push_back({"of_the_oracle", "fraction of the oracle (share)", "~r", true});
  return options;
}

/// The metric at `place` of the file's front, else the usual one. Marks what is to be large.
std::string metric_of(const Input& input, std::size_t place, const char* usual,
                      std::vector<Option>& options) {
  constexpr std::string_view kLarge = "max:";
  std::string name = usual;
  bool large = false;
  if (input.object.contains("pareto") && input.object["pareto"].is_array() &&
      input.object["pareto"].size() > place && input.object["pareto"][place].is_string())
    name = input.object["pareto"][place].get<std::string>();
  if (name.starts_with(kLarge)) {
    name.erase(0, kLarge.size());
    large = true;
  }
  const auto found = std::ranges::find(options, field_of(name), &Option::value);
  if (found == options.end()) return options.front().value;
  if (large) found->large_is_good = true;
  return found->value;
}

const Option& option_of(const Control& control) {
  return *std::ranges::find(control.options, control.selected, &Option::value);
}

/// Coordinates and the usual metrics, shown under the pointer.
ordered_json point_tips(const Table& table) {
  ordered_json tips = ordered_json::array();
  tips.push_back(tip("network", "network"));
  for (const Column& column : table.columns)
    if (column.axis) tips.push_back(tip(field_of(column.name), column.name));
  for (const char* metric : {"cycles", "area_mm2", "scnn_total_pJ"})
    if (const auto c = table.find(metric); c && table.is_numeric(*c))
      tips.push_back(tip(metric, titled(table.columns[*c]), ",.5~g"));
  tips.push_back(tip("speedup", "speed-up over DCNN", kRatio));
  return tips;
}

ordered_json metric_channel(const Section& section, const Control& control) {
  ordered_json channel =
      quantity(control.selected, option_of(control).title, option_of(control).format);
  channel["axis"]["tickCount"] = 8;
  const bool wide = range_of(section.datasets.at("points"), control.selected).is_wide();
  channel["scale"] = {{"type", wide ? "log" : "linear"}, {"zero", false}, {"nice", !wide}};
  if (wide) channel["scale"]["padding"] = 12;
  return channel;
}

Chart scatter(const Section& section, const Table& table) {
  const Control &x = section.controls[0], &y = section.controls[1], &colour = section.controls[2];
  ordered_json spec = chart_spec("points", kPageWidth, 420);
  spec["encoding"] = {{"x", metric_channel(section, x)}, {"y", metric_channel(section, y)}};
  const ordered_json color{{"field", colour.selected},
                           {"type", "nominal"},
                           {"title", option_of(colour).title},
                           {"scale", ordered_json::object()}};
  spec["encoding"]["color"] = color;
  spec["layer"] = {
      {{"data", {{"name", "front"}}},
       {"mark", {{"type", "line"}, {"interpolate", "step-after"}, {"strokeWidth", 1.5}}},
       {"encoding",
        {{"color", {{"value", "currentColor"}}},
         {"detail", {{"field", "network"}}},
         {"order", {{"field", "front_order"}}}}}},
      {{"mark", {{"type", "point"}, {"filled", true}, {"size", 45}, {"opacity", 0.6}}},
       {"encoding", {{"tooltip", point_tips(table)}}}},
      {{"data", {{"name", "front"}}},
       {"mark",
        {{"type", "point"},
         {"filled", true},
         {"size", 110},
         {"stroke", "currentColor"},
         {"strokeWidth", 1.5},
         {"opacity", 1}}},
       {"encoding", {{"tooltip", point_tips(table)}}}}};
  return {.id = "scatter",
          .title = "Every point, and the Pareto front",
          .about = "The line joins the points of a network that no other beats in both metrics.",
          .spec = spec,
          .dataset = "points",
          .log = {"x", "y"},
          .fields = {{"x", "x"}, {"y", "y"}, {"colour", "color"}},
          .front = true};
}

constexpr std::size_t kColours = 8;  // that are told apart; more values of a number are shades

Chart multiple(const Section& section, const Table& table, std::size_t axis) {
  const Control& y = section.controls[1];
  const std::string field = field_of(table.columns[axis].name);
  ordered_json spec = chart_spec("points", kThirdWidth, 220);
  ordered_json x = names(field, table.columns[axis].name);
  if (table.is_numeric(axis))
    x = {{"field", field}, {"type", "ordinal"}, {"title", table.columns[axis].name}};
  x["axis"] = {{"labelAngle", 0}, {"labelLimit", 70}, {"labelOverlap", "parity"}};
  spec["encoding"] = {{"x", x}, {"y", metric_channel(section, y)}};
  ordered_json median = metric_channel(section, y);
  spec["layer"] = {
      {{"mark", {{"type", "point"}, {"filled", true}, {"size", 22}, {"opacity", 0.3}}},
       {"encoding", {{"color", {{"value", "#0072B2"}}}, {"tooltip", point_tips(table)}}}},
      {{"mark",
        {{"type", "tick"},
         {"color", "#D55E00"},
         {"thickness", 3},
         {"size", 240.0 / static_cast<double>(different(table, axis) + 6)}}},
       {"encoding", {{"y", {{"aggregate", "median"}}}}}}};
  return {.id = "axis-" + field,
          .title = table.columns[axis].name,
          .about = "",
          .spec = spec,
          .dataset = "points",
          .log = {"y"},
          .fields = {{"y", "y"}},
          .size = "third"};
}

void add_controls(Section& section, const Input& input, const Table& table) {
  std::vector<Option> options = metric_options(table);
  const std::string x = metric_of(input, 1, "area_mm2", options);
  const std::string y = metric_of(input, 0, "cycles", options);
  std::vector<Option> axes;
  for (std::size_t c = 0; c < table.columns.size(); ++c)
    if (table.columns[c].axis)
      axes.push_back({field_of(table.columns[c].name), table.columns[c].name,
                      table.is_numeric(c) && different(table, c) > kColours ? kShort : ""});
  axes.push_back({"network", "network", ""});
  const auto few = std::ranges::find(axes, "", &Option::format);
  section.controls = {
      {"x", "x", options, x}, {"y", "y", options, y}, {"colour", "colour", axes, few->value}};
}

std::vector<Card> sweep_cards(const Table& table) {
  std::set<std::string> networks;
  for (const ordered_json* row : table.rows) networks.insert((*row)[*table.find("network")].dump());
  std::vector<Card> cards{{.id = "points",
                           .label = "Points",
                           .value = grouped(table.rows.size()),
                           .unit = "done",
                           .exact = table.rows.size()},
                          {.id = "networks",
                           .label = "Networks",
                           .value = grouped(networks.size()),
                           .unit = "",
                           .exact = networks.size()}};
  if (table.failed > 0)
    cards.push_back({.id = "failed",
                     .label = "Points that failed",
                     .value = grouped(table.failed),
                     .unit = "not shown",
                     .exact = table.failed});
  const auto cycles = table.find("cycles");
  if (!table.is_numeric(*cycles)) return cards;
  const auto [least, most] = std::ranges::minmax(
      table.rows, {}, [&](const ordered_json* row) { return (*row)[*cycles].get<double>(); });
  for (const auto& [id, label, row] :
       {std::tuple{"least", "Least cycles", least}, std::tuple{"most", "Most cycles", most}}) {
    const ordered_json& value = (*row)[*cycles];
    cards.push_back({.id = id,
                     .label = label,
                     .value = grouped(static_cast<std::uint64_t>(value.get<double>())),
                     .unit = "cycles",
                     .exact = value});
  }
  return cards;
}

}  // namespace

Section sweep_section(const Input& input) {
  const Table table = read_table(input);
  Section section{.title = sim::require_text(input.object, input.place(), "plan"),
                  .subtitle = "Sweep of the design space"};
  section.cards = sweep_cards(table);
  if (!table.rows.empty()) {
    add_controls(section, input, table);
    section.datasets["points"] = points_of(table);
    Group trade_off{.title = "Trade-off", .charts = {scatter(section, table)}};
    trade_off.charts.push_back(parallel_chart(section, table, point_tips(table)));
    section.groups.push_back(std::move(trade_off));
    Group multiples{.title = "Axis by axis",
                    .charts = {},
                    .html =
                        "<p class=\"note\">Each point is a point of the sweep, each bar the "
                        "median at a value. Choose above what is shown along y.</p>\n"};
    for (std::size_t c = 0; c < table.columns.size(); ++c)
      if (table.columns[c].axis) multiples.charts.push_back(multiple(section, table, c));
    if (!multiples.charts.empty()) section.groups.push_back(std::move(multiples));
  }
  section.groups.push_back(origin_group(input, nullptr));
  return section;
}

}  // namespace scnn::cli::report
