#include <fmt/format.h>

#include <algorithm>

#include "tools/report/detail_charts.hpp"
#include "tools/report/spec.hpp"

namespace scnn::cli::report {
namespace {

// Columns of the data, in the order of activities().
constexpr const char* kActivityFields[] = {"issue",   "bank_stall", "weight_wait", "back_pressure",
                                           "barrier", "buffer",     "drain"};

Dataset pes_data(const std::vector<LayerDetail>& layers, const memory::Architecture& arch) {
  Dataset data{.columns = {"layer", "number", "row", "column"}, .rows = {}};
  for (const char* field : kActivityFields) data.columns.emplace_back(field);
  data.columns.insert(data.columns.end(), {"steps", "products"});
  for (std::size_t number = 0; number < layers.size(); ++number) {
    const LayerDetail& layer = layers[number];
    for (std::size_t pe = 0; pe < layer.steps.size(); ++pe) {
      const auto columns = static_cast<std::size_t>(arch.pe_cols);
      ordered_json row{layer.name, number, pe / columns, pe % columns};
      for (const Counts& activity : layer.activities) row.push_back(activity[pe]);
      row.insert(row.end(), {layer.steps[pe], layer.products[pe]});
      data.rows.push_back(std::move(row));
    }
  }
  return data;
}

/// Shares from the PE-cycles of the data, which stay as they are in the file.
void add_shares(ordered_json& spec) {
  std::string sum;
  for (const char* field : kActivityFields)
    sum += fmt::format("{}datum.{}", sum.empty() ? "" : " + ", field);
  spec["transform"].push_back({{"calculate", sum}, {"as", "pe_cycles"}});
  for (const char* field : kActivityFields)
    spec["transform"].push_back(
        {{"calculate", fmt::format("100 * datum.{} / max(datum.pe_cycles, 1)", field)},
         {"as", fmt::format("{}_percent", field)}});
}

std::string share_title(std::size_t activity) {
  return activity == 0 ? "busy: issue (% of cycles)"
                       : fmt::format("{} (% of cycles)", activities()[activity].name);
}

Control activity_control() {
  Control control{
      .key = "pe_activity", .label = "Colour of PEs", .options = {}, .selected = "issue_percent"};
  for (std::size_t a = 0; a < activities().size(); ++a)
    control.options.push_back(
        {fmt::format("{}_percent", kActivityFields[a]), share_title(a), ".1f"});
  return control;
}

ordered_json colour_of_pe() {
  return {{"field", "issue_percent"},
          {"type", "quantitative"},
          {"title", share_title(0)},
          {"scale", {{"scheme", "viridis"}, {"zero", false}}},
          {"legend", {{"gradientLength", 220}, {"format", "~r"}}}};
}

ordered_json pe_tips() {
  ordered_json tips{tip("layer", "layer"), tip("row", "PE row", "d"),
                    tip("column", "PE column", "d")};
  for (std::size_t a = 0; a < activities().size(); ++a)
    tips.push_back(tip(fmt::format("{}_percent", kActivityFields[a]), share_title(a), kRatio));
  tips.insert(tips.end(), {tip("pe_cycles", "cycles", kCount), tip("steps", "steps", kCount),
                           tip("products", "products", kCount)});
  return tips;
}

ordered_json position(const char* field, const char* title) {
  ordered_json channel{{"field", field}, {"type", "ordinal"}};
  if (title == nullptr)
    channel["axis"] = nullptr;
  else {
    channel["title"] = title;
    channel["axis"] = {{"labelAngle", 0}, {"labelOverlap", "parity"}};
  }
  return channel;
}

ordered_json cells(const char* column_title, const char* row_title) {
  return {{"x", position("column", column_title)},
          {"y", position("row", row_title)},
          {"color", colour_of_pe()},
          {"tooltip", pe_tips()}};
}

/// The arrays of all layers, small, in the order of the network.
Chart maps_chart(std::size_t layers, const memory::Architecture& arch) {
  constexpr int kBetween = 18;
  const int across = layers <= 6 ? std::max(4, static_cast<int>(layers)) : layers <= 24 ? 8 : 10;
  const int width = kPageWidth / across - kBetween;
  const auto rows = static_cast<double>(arch.pe_rows), columns = static_cast<double>(arch.pe_cols);
  ordered_json spec = chart_spec("pes", width, 0);
  for (const char* member : {"width", "height", "autosize"}) spec.erase(member);
  add_shares(spec);
  spec["facet"] = {{"field", "layer"},
                   {"type", "nominal"},
                   {"sort", {{"field", "number"}, {"op", "min"}}},
                   {"title", nullptr},
                   {"header", {{"labelLimit", width}, {"labelFontSize", 10}, {"labelPadding", 3}}}};
  spec["columns"] = across;
  spec["spacing"] = {{"column", kBetween}, {"row", 10}};
  ordered_json one{{"width", width},
                   {"height", std::clamp(static_cast<int>(width * rows / columns), 20, 2 * width)},
                   {"mark", {{"type", "rect"}, {"cursor", "pointer"}}}};
  one["encoding"] = cells(nullptr, nullptr);
  one["encoding"]["opacity"] = selected_opacity();
  spec["spec"] = one;
  return {.id = "pe-maps",
          .title = "The PE array in every layer",
          .about = fmt::format(
              "A cell is a PE, {} rows of {}. One colour scale for all layers, from the least to "
              "the most.",
              arch.pe_rows, arch.pe_cols),
          .spec = spec,
          .dataset = "pes",
          .fields = {{"pe_activity", "color"}},
          .layers = true};
}

Chart map_chart(const std::vector<LayerDetail>& layers, const memory::Architecture& arch) {
  const int height = std::clamp(static_cast<int>(arch.pe_rows) * 36, 110, 290);
  ordered_json spec = one_layer_spec(layers, "pes", kHalfWidth, height);
  add_shares(spec);
  spec["mark"] = {{"type", "rect"}};
  spec["encoding"] = cells("column of the array", "row of the array");
  return {.id = "pe-map",
          .title = "The PEs in one layer",
          .about =
              "Of the selected layer, else of the one with most PE-cycles; on a colour scale "
              "of its own.",
          .spec = spec,
          .dataset = "pes",
          .fields = {{"pe_activity", "color"}},
          .size = "narrow"};
}

}  // namespace

std::vector<Chart> pe_charts(Section& section, const std::vector<LayerDetail>& layers,
                             const memory::Architecture& arch) {
  section.datasets["pes"] = pes_data(layers, arch);
  section.controls.push_back(activity_control());
  return {maps_chart(layers.size(), arch), map_chart(layers, arch)};
}

}  // namespace scnn::cli::report
