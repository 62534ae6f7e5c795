#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sim/result_reader.hpp"
#include "sparse_formats/error.hpp"
#include "tools/numbers.hpp"
#include "tools/report/cards.hpp"
#include "tools/report/html.hpp"
#include "tools/report/sections.hpp"
#include "tools/report/spec.hpp"

namespace scnn::cli::report {
namespace {

/// A published column and the one that is compared with it.
struct Pair {
  std::string quantity, published, simulated;
};

bool is_difference(const std::string& name) {
  return name.starts_with("error") || name.starts_with("difference");
}

/// By the rule that a published column is followed by what was simulated.
std::vector<Pair> pairs_of(const ordered_json& values) {
  constexpr std::string_view kPublished = "published";
  std::vector<std::string> columns;
  for (const auto& value : values.items()) columns.push_back(value.key());
  std::vector<Pair> pairs;
  for (std::size_t c = 0; c + 1 < columns.size(); ++c) {
    const std::string& name = columns[c];
    if (!name.ends_with(kPublished) || is_difference(columns[c + 1]) ||
        columns[c + 1].ends_with(kPublished))
      continue;
    std::string quantity = name.substr(0, name.size() - kPublished.size());
    while (quantity.ends_with(' ')) quantity.pop_back();
    pairs.push_back({quantity.empty() ? "value" : quantity, name, columns[c + 1]});
  }
  return pairs;
}

struct FigureFile {
  std::string id, title, source;
  const ordered_json* rows = nullptr;
  const ordered_json* measures = nullptr;
  workloads::JsonPlace place;
};

FigureFile read_figure(const ordered_json& object, const workloads::JsonPlace& place) {
  return {sim::require_text(object, place, "id"),     sim::require_text(object, place, "title"),
          sim::require_text(object, place, "source"), &require_array(object, place, "rows"),
          &require_array(object, place, "measures"),  place};
}

const ordered_json& values_of(const FigureFile& figure, std::size_t row) {
  const auto place = figure.place / "rows" / std::to_string(row);
  const ordered_json& values = sim::require_member((*figure.rows)[row], place, "values");
  if (!values.is_object())
    throw InputError((place / "values").text(),
                     fmt::format("found {}, expected an object", workloads::shown(values)));
  return values;
}

/// Rows with both numbers, a line per pair.
Dataset pairs_data(const FigureFile& figure, const std::vector<Pair>& pairs) {
  Dataset data{.columns = {"row", "network", "quantity", "published", "simulated", "error", "why"},
               .rows = {}};
  for (std::size_t r = 0; r < figure.rows->size(); ++r) {
    const auto place = figure.place / "rows" / std::to_string(r);
    const ordered_json& values = values_of(figure, r);
    const std::string network = sim::require_text((*figure.rows)[r], place, "network");
    const std::string name = sim::require_text((*figure.rows)[r], place, "name");
    for (const Pair& pair : pairs) {
      if (!values.contains(pair.published) || !values.contains(pair.simulated)) continue;
      const ordered_json &published = values[pair.published], &simulated = values[pair.simulated];
      if (!published.is_number() || !simulated.is_number()) continue;
      const double p = published.get<double>(), s = simulated.get<double>();
      data.rows.push_back({network.empty() ? name : network + " " + name, network, pair.quantity, p,
                           s,
                           p == 0.0 ? ordered_json(nullptr) : ordered_json((s / p - 1.0) * 100.0),
                           (*figure.rows)[r].value("why", "")});
    }
  }
  return data;
}

ordered_json pair_tips() {
  return {tip("row", "row"),
          tip("quantity", "quantity"),
          tip("published", "published", ",.4~g"),
          tip("simulated", "simulated", ",.4~g"),
          tip("error", "error (%)", "+.1f"),
          tip("why", "why")};
}

Chart diagonal(Section& section, const FigureFile& figure, const std::vector<Pair>& pairs) {
  const std::string name = figure.id + "-pairs";
  const Dataset& data = section.datasets[name] = pairs_data(figure, pairs);
  double low = 1e300, high = -1e300;
  for (const ordered_json& row : data.rows)
    for (const std::size_t c : {std::size_t{3}, std::size_t{4}}) {
      low = std::min(low, row[c].get<double>());
      high = std::max(high, row[c].get<double>());
    }
  Dataset& line = section.datasets[figure.id + "-diagonal"];
  line.columns = {"published", "simulated"};
  for (const double end : {low, high}) line.rows.push_back(ordered_json::array({end, end}));

  std::vector<std::string> quantities;
  for (const Pair& pair : pairs) quantities.push_back(pair.quantity);
  ordered_json spec = chart_spec(name, kHalfWidth, 340);
  ordered_json x = quantity("published", "published: " + figure.title, "~r");
  ordered_json y = quantity("simulated", "simulated: " + figure.title, "~r");
  // Numbers of different units, or of one layer far from the others, share the axes.
  constexpr double kFar = 30.0;
  x["scale"] = y["scale"] = {
      {"type", low > 0.0 && high > kFar * low ? "log" : "linear"}, {"zero", false}, {"nice", true}};
  x["axis"]["tickCount"] = y["axis"]["tickCount"] = 8;
  ordered_json shape{{"field", "quantity"},
                     {"type", "nominal"},
                     {"title", "quantity"},
                     {"scale", {{"domain", quantities}}}};
  spec["encoding"] = {{"x", x}, {"y", y}};
  spec["layer"] = {
      {{"data", {{"name", figure.id + "-diagonal"}}},
       {"mark",
        {{"type", "line"}, {"color", "currentColor"}, {"opacity", 0.6}, {"strokeDash", {5, 4}}}}},
      {{"mark", {{"type", "point"}, {"filled", true}, {"size", 65}}},
       {"encoding",
        {{"color", colours("quantity", "quantity", quantities)},
         {"shape", shape},
         {"opacity",
          {{"condition", {{"test", "datum.why == ''"}, {"value", 0.95}}}, {"value", 0.4}}},
         {"tooltip", pair_tips()}}}}};
  return {.id = figure.id + "-diagonal",
          .title = "Published against simulated",
          .about = "On the dashed line both agree. Faint points are explained under the pointer.",
          .spec = spec,
          .dataset = name,
          .log = {"x", "y"},
          .size = "narrow"};
}

// Height of a bar, pixels; thin ones where there are many.
constexpr int kBar = 11, kThinBar = 7;
constexpr std::int64_t kMany = 50;
constexpr std::int64_t kText = 15;  // height of a row with its name

Chart errors(const Section& section, const FigureFile& figure) {
  ordered_json spec = chart_spec(figure.id + "-pairs", kHalfWidth, 340);
  ordered_json y{{"field", "row"}, {"type", "nominal"}, {"sort", nullptr}, {"title", nullptr}};
  y["axis"] = {{"labelLimit", 200}, {"labelOverlap", false}, {"labelFontSize", 10}};
  ordered_json x = quantity("error", "simulated over published, less 1 (%)", "+~f");
  x["axis"]["grid"] = true;
  const Dataset& data = section.datasets.at(figure.id + "-pairs");
  const auto bars =
      std::ranges::count_if(data.rows, [](const ordered_json& row) { return row.back() == ""; });
  std::set<std::string> rows;
  for (const ordered_json& row : data.rows)
    if (row.back() == "") rows.insert(row.front());
  spec["height"] = std::max({120L, bars * (bars > kMany ? kThinBar : kBar),
                             static_cast<std::int64_t>(rows.size()) * kText});
  spec["transform"].push_back({{"filter", "datum.why == ''"}});
  spec["mark"] = {{"type", "bar"}};
  spec["encoding"] = {{"y", y},
                      {"yOffset", {{"field", "quantity"}, {"sort", nullptr}}},
                      {"x", x},
                      {"color",
                       {{"field", "quantity"},
                        {"type", "nominal"},
                        {"title", "quantity"},
                        {"sort", nullptr},
                        {"scale", {{"range", {"#0072B2", "#E69F00", "#009E73", "#D55E00"}}}}}},
                      {"tooltip", pair_tips()}};
  return {.id = figure.id + "-errors",
          .title = "Error, row by row",
          .about = "Rows whose difference is explained are left out.",
          .spec = spec,
          .dataset = figure.id + "-pairs",
          .size = "narrow"};
}

/// What the figure as a whole is off by, beside what it may be.
std::string measure_table(const FigureFile& figure) {
  std::string rows;
  for (std::size_t m = 0; m < figure.measures->size(); ++m) {
    const auto place = figure.place / "measures" / std::to_string(m);
    const ordered_json& measure = (*figure.measures)[m];
    const ordered_json& value = sim::require_member(measure, place, "value");
    const ordered_json& target = sim::require_member(measure, place, "target");
    if (!value.is_number())
      throw InputError((place / "value").text(),
                       fmt::format("found {}, expected a number", workloads::shown(value)));
    const std::string unit = sim::require_text(measure, place, "unit");
    const std::string suffix = unit == "1" ? "" : " " + unit;
    const int decimals = unit == "%" ? 1 : 3;
    std::string aim = "–", met = "–";
    if (target.is_number()) {
      aim = fixed(target.get<double>(), decimals) + suffix;
      met = value.get<double>() <= target.get<double>() ? "✓ met" : "✗ not met";
    }
    rows += fmt::format(
        "<tr><th scope=\"row\">{}</th><td data-value=\"{}\">{}{}</td><td>{}</td><td>{}</td></tr>\n",
        escaped(sim::require_text(measure, place, "name")), value.dump(),
        fixed(value.get<double>(), decimals), escaped(suffix), escaped(aim), met);
  }
  if (rows.empty()) return "";
  return "<table class=\"measures\"><caption>The figure as a whole</caption><thead><tr>"
         "<th>measure</th><th>value</th><th>at most</th><th></th></tr></thead><tbody>\n" +
         rows + "</tbody></table>\n";
}

/// A figure without published columns: all its numbers.
std::string value_table(const FigureFile& figure) {
  std::string head, body;
  for (std::size_t r = 0; r < figure.rows->size(); ++r) {
    const auto place = figure.place / "rows" / std::to_string(r);
    const ordered_json& values = values_of(figure, r);
    if (r == 0)
      for (const auto& value : values.items()) head += "<th>" + escaped(value.key()) + "</th>";
    body += fmt::format("<tr><th scope=\"row\">{} {}</th>",
                        escaped(sim::require_text((*figure.rows)[r], place, "network")),
                        escaped(sim::require_text((*figure.rows)[r], place, "name")));
    for (const auto& value : values.items())
      body += value.value().is_number()
                  ? fmt::format("<td>{:.4g}</td>", value.value().get<double>())
                  : std::string("<td>–</td>");
    body += "</tr>\n";
  }
  return "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
         "aria-label=\"Rows\"><table><thead><tr>"
         "<th>row</th>" +
         head + "</tr></thead><tbody>\n" + body + "</tbody></table></div>\n";
}

Group figure_group(Section& section, const FigureFile& figure) {
  Group group{.title = figure.id + ": " + figure.title, .charts = {}};
  std::vector<Pair> pairs;
  if (!figure.rows->empty()) pairs = pairs_of(values_of(figure, 0));
  if (!pairs.empty() && !pairs_data(figure, pairs).rows.empty())
    group.charts = {diagonal(section, figure, pairs), errors(section, figure)};
  group.html = measure_table(figure);
  if (!figure.source.empty())
    group.html += "<p class=\"note\">" + escaped(figure.source) + "</p>\n";
  if (group.charts.empty()) group.html += value_table(figure);
  return group;
}

}  // namespace

Section validation_section(const Input& input) {
  Section section{.title = "Validation", .subtitle = "Published beside simulated"};
  const ordered_json& figures = require_array(input.object, input.place(), "figures");
  std::size_t targets = 0, met = 0;
  for (std::size_t f = 0; f < figures.size(); ++f) {
    const FigureFile figure =
        read_figure(figures[f], input.place() / "figures" / std::to_string(f));
    section.groups.push_back(figure_group(section, figure));
    for (const ordered_json& measure : *figure.measures)
      if (measure["target"].is_number()) {
        ++targets;
        if (measure["value"].get<double>() <= measure["target"].get<double>()) ++met;
      }
  }
  section.cards = {{.id = "figures",
                    .label = "Figures",
                    .value = grouped(figures.size()),
                    .unit = "",
                    .exact = figures.size()},
                   {.id = "met",
                    .label = "Measures within their bounds",
                    .value = fmt::format("{} of {}", met, targets),
                    .unit = "",
                    .exact = met}};
  section.groups.push_back(origin_group(input, nullptr));
  return section;
}

}  // namespace scnn::cli::report
