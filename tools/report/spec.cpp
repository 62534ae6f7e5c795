#include "tools/report/spec.hpp"

#include <array>

namespace scnn::cli::report {
namespace {

constexpr std::array kOkabeIto{"#0072B2", "#E69F00", "#009E73", "#D55E00",
                               "#56B4E9", "#CC79A7", "#999999", "#F0E442"};
constexpr std::size_t kUprightLabels = 16;  // more names than this are turned

}  // namespace

ordered_json quantity(std::string_view field, std::string_view title, std::string_view format) {
  // 0 has no prefix of its own, and would take that of its neighbours.
  return {{"field", field},
          {"type", "quantitative"},
          {"title", title},
          {"axis", {{"format", format}, {"labelExpr", "datum.value === 0 ? '0' : datum.label"}}}};
}

ordered_json layer_axis(std::size_t layers) {
  ordered_json axis{{"labelAngle", layers > kUprightLabels ? -90 : 0}, {"labelLimit", 120}};
  if (layers > kUprightLabels) axis["labelFontSize"] = layers > 70 ? 7 : 9;
  // Every layer is named: readers look for theirs.
  axis["labelOverlap"] = false;
  return {{"field", "layer"},
          {"type", "nominal"},
          {"sort", nullptr},
          {"title", "layer"},
          {"axis", axis}};
}

ordered_json colours(std::string_view field, std::string_view title,
                     const std::vector<std::string>& names) {
  ordered_json range = ordered_json::array();
  for (std::size_t i = 0; i < names.size(); ++i) range.push_back(kOkabeIto[i % kOkabeIto.size()]);
  return {{"field", field},
          {"type", "nominal"},
          {"title", title},
          {"scale", {{"domain", names}, {"range", range}}}};
}

ordered_json names(std::string_view field, std::string_view title) {
  return {{"field", field},
          {"type", "nominal"},
          {"sort", nullptr},
          {"title", title},
          {"axis", {{"labelAngle", 0}}}};
}

ordered_json tip(std::string_view field, std::string_view title, std::string_view format) {
  ordered_json object{{"field", field}, {"title", title}};
  object["type"] = format.empty() ? "nominal" : "quantitative";
  if (!format.empty()) object["format"] = format;
  return object;
}

ordered_json selected_opacity() {
  return {{"condition",
           {{"test", "selected_layer == '' || datum.layer == selected_layer"}, {"value", 1}}},
          {"value", 0.25}};
}

ordered_json chart_spec(std::string_view dataset, int width, int height) {
  return {{"$schema", "https://vega.github.io/schema/vega-lite/v6.json"},
          {"width", width},
          {"height", height},
          {"autosize", {{"type", "fit-x"}, {"contains", "padding"}}},
          {"data", {{"name", dataset}}},
          {"params", {{{"name", "selected_layer"}, {"value", ""}}}},
          {"transform", ordered_json::array()}};
}

void keep_chosen_granularity(ordered_json& spec, std::string_view first) {
  spec["params"].push_back({{"name", "granularity"}, {"value", first}});
  spec["transform"].push_back({{"filter", "datum.granularity == granularity"}});
}

}  // namespace scnn::cli::report
