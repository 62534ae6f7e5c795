#include "tools/report/across_section.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "tools/numbers.hpp"
#include "tools/report/entries.hpp"
#include "tools/report/spec.hpp"

namespace scnn::cli::report {
namespace {

/// A number of a run by which runs are compared.
struct Metric {
  const char* field;
  const char* title;  ///< of the chart
  const char* axis;   ///< with the unit
  const char* format;
  std::optional<double> (*value)(const Line&);
};

constexpr double kPicojoulesPerMicrojoule = 1e6;

std::optional<double> energy_uJ(const Line& line) {
  const auto pJ = energy(line, "scnn");
  return pJ ? std::optional(*pJ / kPicojoulesPerMicrojoule) : std::nullopt;
}

constexpr std::array<Metric, 7> kMetrics{{
    {"cycles", "Cycles", "cycles", kShort,
     [](const Line& l) { return std::optional(static_cast<double>(l.counters.cycles)); }},
    {"speedup", "Speed-up", "speed-up over DCNN (ratio of cycles)", "~r", speed_up},
    {"oracle", "Fraction of the oracle", "oracle cycles / cycles (share)", "~r", of_the_oracle},
    {"utilisation", "Multiplier utilisation", "products / slots of issued steps (share)", "~r",
     utilisation},
    {"references", "Memory references", "on-chip memory references (accesses)", kShort,
     [](const Line& l) { return std::optional(static_cast<double>(references(l.counters))); }},
    {"dram", "DRAM traffic", "DRAM traffic (bytes)", kShort,
     [](const Line& l) { return std::optional(dram_bytes(l.counters)); }},
    {"energy", "Energy of SCNN", "energy of SCNN (µJ)", "~s", energy_uJ},
}};

ordered_json row_of(const Entry& entry, const Line& line) {
  ordered_json row{entry.label, entry.network, entry.architecture.name, line.layer};
  for (const Metric& metric : kMetrics) row.push_back(cell(metric.value(line)));
  return row;
}

Dataset empty_data() {
  Dataset data{.columns = {"result", "network", "machine", "layer"}, .rows = {}};
  for (const Metric& metric : kMetrics) data.columns.emplace_back(metric.field);
  return data;
}

ordered_json tips() {
  ordered_json all{tip("result", "result"), tip("network", "network"), tip("machine", "machine"),
                   tip("layer", "layer")};
  for (const Metric& metric : kMetrics) all.push_back(tip(metric.field, metric.axis, ",.5~g"));
  return all;
}

constexpr double kRoomForText = 1.2;  // beside the longest bar
constexpr int kBar = 24;              // height of one, pixels

Chart totals_chart(const Metric& metric, const std::vector<Entry>& entries) {
  ordered_json spec = chart_spec("across", kHalfWidth, 0);
  spec["height"] = 30 + kBar * static_cast<int>(std::max<std::size_t>(entries.size(), 3));
  double most = 0.0;
  for (const Entry& entry : entries)
    most = std::max(most, metric.value(entry.lines.total()).value_or(0.0));
  ordered_json x = quantity(metric.field, metric.axis, metric.format);
  x["axis"]["tickCount"] = 5;
  x["axis"]["grid"] = true;
  x["scale"] = {{"nice", false}, {"domainMax", most > 0.0 ? most * kRoomForText : 1.0}};
  ordered_json y = names("result", "");
  y["title"] = nullptr;
  y["axis"] = {{"labelLimit", 210}, {"labelOverlap", false}};
  spec["encoding"] = {{"x", x}, {"y", y}};
  const char* shown = metric.format == std::string_view(kShort) ? ".4s" : ".3f";
  spec["layer"] = {
      {{"mark", {{"type", "bar"}, {"color", "#0072B2"}}}, {"encoding", {{"tooltip", tips()}}}},
      {{"mark", {{"type", "text"}, {"align", "left"}, {"dx", 4}}},
       {"encoding",
        {{"text", {{"field", metric.field}, {"type", "quantitative"}, {"format", shown}}}}}}};
  return {.id = std::string("across-") + metric.field,
          .title = metric.title,
          .about = "",
          .spec = spec,
          .dataset = "across",
          .size = "narrow"};
}

/// Entries that have the same layers of the same network; only where there are two or more.
using Layers = std::vector<std::vector<const Entry*>>;

Layers with_layers_in_common(const std::vector<Entry>& entries) {
  Layers all;
  for (const Entry& entry : entries) {
    const auto same = std::ranges::find_if(all, [&](const std::vector<const Entry*>& list) {
      return list.front()->lines.names == entry.lines.names;
    });
    if (same == all.end())
      all.push_back({&entry});
    else
      same->push_back(&entry);
  }
  std::erase_if(all, [](const std::vector<const Entry*>& list) { return list.size() < 2; });
  return all;
}

/// Colours that are told apart while there are as many, else shades in order.
ordered_json colours_of(const std::vector<std::string>& labels) {
  constexpr std::size_t kToldApart = 8;
  ordered_json channel = colours("result", "", labels);
  channel["title"] = nullptr;
  channel["legend"] = {{"columns", 3}, {"labelLimit", 330}};
  if (labels.size() > kToldApart) {
    channel["type"] = "ordinal";
    channel["scale"] = {{"domain", labels}, {"scheme", "viridis"}};
  }
  return channel;
}

Chart layers_chart(Section& section, const std::vector<const Entry*>& list, std::size_t number) {
  const std::string name = fmt::format("across-layers-{}", number);
  Dataset& data = section.datasets[name] = empty_data();
  std::vector<std::string> labels;
  for (const Entry* entry : list) {
    labels.push_back(entry->label);
    for (const Line& line : entry->lines.all)
      if (!line.total) data.rows.push_back(row_of(*entry, line));
  }
  ordered_json spec = chart_spec(name, kPageWidth, 260);
  spec["mark"] = {{"type", "bar"}, {"cursor", "pointer"}};
  spec["encoding"] = {{"x", layer_axis(list.front()->lines.layers)},
                      {"xOffset", {{"field", "result"}, {"sort", nullptr}}},
                      {"y", quantity("cycles", "cycles")},
                      {"color", colours_of(labels)},
                      {"opacity", selected_opacity()},
                      {"tooltip", tips()}};
  return {.id = name,
          .title = "Layer by layer: " + list.front()->network,
          .about = "Results with the same layers. Choose above what is compared.",
          .spec = spec,
          .dataset = name,
          .log = {"y"},
          .fields = {{"metric", "y"}},
          .layers = true};
}

Control metric_control(bool priced) {
  Control control{
      .key = "metric", .label = "Layers by", .options = {}, .selected = kMetrics.front().field};
  for (const Metric& metric : kMetrics)
    if (priced || metric.value != energy_uJ)
      control.options.push_back({metric.field, metric.axis, metric.format});
  return control;
}

}  // namespace

std::optional<Section> across_section(const std::vector<Input>& inputs) {
  const std::vector<Entry> entries = entries_of(inputs);
  if (inputs.size() < 2 || entries.size() < 2) return std::nullopt;
  Section section{.title = "Side by side",
                  .subtitle = fmt::format("{} of {}", counted(entries.size(), "result"),
                                          counted(inputs.size(), "file"))};
  Dataset& totals = section.datasets["across"] = empty_data();
  for (const Entry& entry : entries) totals.rows.push_back(row_of(entry, entry.lines.total()));
  const bool priced = std::ranges::any_of(
      entries, [](const Entry& entry) { return energy_uJ(entry.lines.total()).has_value(); });
  Group group{.title = "All layers", .charts = {}};
  for (const Metric& metric : kMetrics)
    if (priced || metric.value != energy_uJ) group.charts.push_back(totals_chart(metric, entries));
  section.groups.push_back(std::move(group));

  const Layers common = with_layers_in_common(entries);
  if (common.empty()) return section;
  section.controls.push_back(metric_control(priced));
  Group by_layer{.title = "Layers", .charts = {}};
  for (std::size_t i = 0; i < common.size(); ++i) {
    by_layer.charts.push_back(layers_chart(section, common[i], i));
    for (const std::string& layer : common[i].front()->lines.names)
      if (std::ranges::find(section.layers, layer) == section.layers.end())
        section.layers.push_back(layer);
  }
  section.groups.push_back(std::move(by_layer));
  return section;
}

}  // namespace scnn::cli::report
