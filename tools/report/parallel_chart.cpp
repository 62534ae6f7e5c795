#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/report/lines.hpp"
#include "tools/report/spec.hpp"
#include "tools/report/sweep_table.hpp"

namespace scnn::cli::report {
namespace {

/// A number in few characters: `766k`.
std::string short_text(double value) {
  constexpr std::pair<double, const char*> kPrefixes[] = {{1e9, "G"}, {1e6, "M"}, {1e3, "k"}};
  for (const auto& [size, prefix] : kPrefixes)
    if (std::abs(value) >= size) return fmt::format("{:.3g}{}", value / size, prefix);
  return fmt::format("{:.3g}", value);
}

std::string text_of(const ordered_json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_number() ? short_text(value.get<double>()) : value.dump();
}

std::size_t column_of(const Dataset& data, const std::string& field) {
  return static_cast<std::size_t>(std::ranges::find(data.columns, field) - data.columns.begin());
}

/// An upright line of the chart, crossed by every point at a height from 0 to 1.
struct Upright {
  std::string title;
  std::vector<std::optional<double>> heights;         ///< by point
  std::vector<std::pair<double, std::string>> ticks;  ///< heights, and what is written there
};

/// What was chosen: a step per value, numbers in their order.
Upright of_values(const Dataset& points, const std::string& field, const std::string& title) {
  constexpr std::size_t kMostTicks = 12;
  const std::size_t column = column_of(points, field);
  std::vector<ordered_json> values;
  for (const ordered_json& row : points.rows)
    if (std::ranges::find(values, row[column]) == values.end()) values.push_back(row[column]);
  if (std::ranges::all_of(values, [](const ordered_json& value) { return value.is_number(); }))
    std::ranges::sort(values, {}, [](const ordered_json& value) { return value.get<double>(); });
  const auto height = [&](std::size_t i) {
    return values.size() < 2 ? 0.5
                             : static_cast<double>(i) / static_cast<double>(values.size() - 1);
  };
  Upright upright{.title = title, .heights = {}, .ticks = {}};
  for (const ordered_json& row : points.rows)
    upright.heights.emplace_back(
        height(static_cast<std::size_t>(std::ranges::find(values, row[column]) - values.begin())));
  const std::size_t step = (values.size() + kMostTicks - 1) / kMostTicks;
  for (std::size_t i = 0; i < values.size(); i += step)
    upright.ticks.emplace_back(height(i), text_of(values[i]));
  return upright;
}

/// What came out: linear, or logarithmic where the most is far above the least.
Upright of_numbers(const Dataset& points, const std::string& field, const std::string& title) {
  constexpr int kTicks = 5;
  const std::size_t column = column_of(points, field);
  const Range range = range_of(points, field);
  const double low = range.is_wide() ? std::log(range.low) : range.low;
  const double high = range.is_wide() ? std::log(range.high) : range.high;
  const double span = high > low ? high - low : 1.0;
  Upright upright{.title = title, .heights = {}, .ticks = {}};
  for (const ordered_json& row : points.rows) {
    if (!row[column].is_number()) {
      upright.heights.emplace_back();
      continue;
    }
    const auto value = row[column].get<double>();
    upright.heights.emplace_back(((range.is_wide() ? std::log(value) : value) - low) / span);
  }
  for (int i = 0; i < kTicks; ++i) {
    const double height = static_cast<double>(i) / (kTicks - 1);
    const double value = low + height * span;
    upright.ticks.emplace_back(height, short_text(range.is_wide() ? std::exp(value) : value));
    if (high <= low) break;
  }
  return upright;
}

/// Axes of the sweep, the network where there are several, then the metrics of the scatter.
std::vector<Upright> uprights_of(const Section& section, const Table& table) {
  const Dataset& points = section.datasets.at("points");
  std::vector<Upright> all;
  if (const auto network = table.find("network"); network && different(table, *network) > 1)
    all.push_back(of_values(points, "network", "network"));
  for (const Column& column : table.columns)
    if (column.axis) all.push_back(of_values(points, field_of(column.name), column.name));
  std::vector<std::string> shown;
  const auto add = [&](const std::string& field, const std::string& title) {
    if (std::ranges::find(shown, field) != shown.end()) return;
    shown.push_back(field);
    all.push_back(of_numbers(points, field, title));
  };
  for (const std::size_t c : {std::size_t{0}, std::size_t{1}}) {
    const Control& control = section.controls[c];
    add(control.selected,
        std::ranges::find(control.options, control.selected, &Option::value)->title);
  }
  add("speedup", "speed-up (ratio)");
  return all;
}

void add_datasets(Section& section, const std::vector<Upright>& uprights) {
  Dataset lines{.columns = {"point", "axis", "height"}, .rows = {}};
  Dataset ticks{.columns = {"axis", "height", "text"}, .rows = {}};
  const Dataset& points = section.datasets.at("points");
  const std::size_t point = column_of(points, "point");
  for (const Upright& upright : uprights) {
    for (std::size_t r = 0; r < points.rows.size(); ++r)
      lines.rows.push_back({points.rows[r][point], upright.title, cell(upright.heights[r])});
    for (const auto& [height, text] : upright.ticks)
      ticks.rows.push_back({upright.title, height, text});
  }
  section.datasets["parallel"] = std::move(lines);
  section.datasets["parallel_ticks"] = std::move(ticks);
}

ordered_json line_layer(const Section& section, const ordered_json& tips) {
  const Control& cost = section.controls[1];
  const auto metric = std::ranges::find(cost.options, cost.selected, &Option::value);
  ordered_json fields{cost.selected};
  for (const ordered_json& one : tips)
    if (one["field"] != cost.selected) fields.push_back(one["field"]);
  const bool wide = range_of(section.datasets.at("points"), cost.selected).is_wide();
  const auto when_pointed = [](double pointed, double usual) -> ordered_json {
    return {{"condition", {{"param", "pointed"}, {"empty", false}, {"value", pointed}}},
            {"value", usual}};
  };
  const double usual = section.datasets.at("points").rows.size() > 300 ? 0.3 : 0.5;
  return {{"params",
           {{{"name", "pointed"},
             {"select",
              {{"type", "point"},
               {"on", "pointerover"},
               {"clear", "pointerout"},
               {"fields", {"point"}}}}}}},
          {"transform",
           {{{"lookup", "point"},
             {"from", {{"data", {{"name", "points"}}}, {"key", "point"}, {"fields", fields}}}}}},
          {"mark", {{"type", "line"}, {"interpolate", "linear"}}},
          {"encoding",
           {{"detail", {{"field", "point"}}},
            {"color",
             {{"field", cost.selected},
              {"type", "quantitative"},
              {"title", metric->title},
              {"scale", {{"scheme", "viridis"}, {"type", wide ? "log" : "linear"}}},
              {"legend", {{"gradientLength", 220}, {"format", "~s"}}}}},
            {"opacity", when_pointed(1.0, usual)},
            {"strokeWidth", when_pointed(3.5, 1.2)},
            {"tooltip", tips}}}};
}

}  // namespace

Chart parallel_chart(Section& section, const Table& table, const ordered_json& tips) {
  add_datasets(section, uprights_of(section, table));
  ordered_json spec = chart_spec("parallel", kPageWidth, 340);
  ordered_json x = names("axis", "axes of the sweep, then metrics (units in brackets)");
  x["axis"] = {{"labelAngle", 0},    {"labelLimit", 150}, {"labelOverlap", false}, {"grid", true},
               {"gridOpacity", 0.6}, {"labelPadding", 8}, {"domain", false}};
  x["scale"] = {{"type", "point"}, {"padding", 0.35}};
  ordered_json y = quantity("height", "position (share of the axis)");
  y["axis"] = nullptr;
  spec["encoding"] = {{"x", x}, {"y", y}};
  const ordered_json text{{"type", "text"}, {"align", "right"}, {"dx", -6}, {"fontSize", 11}};
  ordered_json halo = text;  // numbers stay readable over the lines
  halo.update({{"stroke", "Canvas"}, {"strokeWidth", 4}, {"strokeJoin", "round"}});
  const auto of_ticks = [](const ordered_json& mark) -> ordered_json {
    return {{"data", {{"name", "parallel_ticks"}}},
            {"mark", mark},
            {"encoding", {{"text", {{"field", "text"}}}}}};
  };
  ordered_json tick = of_ticks({{"type", "tick"}, {"color", "currentColor"}, {"size", 9}});
  tick["mark"]["orient"] = "horizontal";
  tick.erase("encoding");
  spec["layer"] = {line_layer(section, tips), tick, of_ticks(halo), of_ticks(text)};
  return {.id = "parallel",
          .title = "Every point as a line",
          .about =
              "A line crosses each axis at the point's value. Heights of numbers that came "
              "out are logarithmic where the most is more than 8 times the least.",
          .spec = spec,
          .dataset = "parallel"};
}

}  // namespace scnn::cli::report
