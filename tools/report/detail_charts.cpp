#include "tools/report/detail_charts.hpp"

#include <algorithm>
#include <numeric>

#include "tools/report/spec.hpp"

namespace scnn::cli::report {
namespace {

std::uint64_t time_in(const LayerDetail& layer) {
  std::uint64_t sum = 0;
  for (const Counts& activity : layer.activities)
    sum = std::accumulate(activity.begin(), activity.end(), sum);
  return sum;
}

}  // namespace

std::size_t usual_layer(const std::vector<LayerDetail>& layers) {
  return static_cast<std::size_t>(std::ranges::max_element(layers, {}, time_in) - layers.begin());
}

ordered_json one_layer_spec(const std::vector<LayerDetail>& layers, const char* dataset, int width,
                            int height) {
  const std::string usual = ordered_json(layers[usual_layer(layers)].name).dump();
  const std::string shown = "(selected_layer == '' ? " + usual + " : selected_layer)";
  ordered_json spec = chart_spec(dataset, width, height);
  spec["transform"].push_back({{"filter", "datum.layer == " + shown}});
  spec["title"] = {{"text", {{"expr", shown}}}, {"anchor", "start"}};
  return spec;
}

Group detail_group(Section& section, const std::vector<LayerDetail>& layers,
                   const memory::Architecture& arch) {
  Group group{.title = "Inside the layers"};
  if (layers.empty()) {
    group.html =
        "<p class=\"note\">Left out: heat maps of the PEs, loads of the accumulator banks, times "
        "of output-channel groups. <code>scnn run --json FILE --detail</code> adds them to a "
        "result.</p>\n";
    return group;
  }
  for (auto& charts : {pe_charts(section, layers, arch), bank_charts(section, layers),
                       skew_charts(section, layers)})
    group.charts.insert(group.charts.end(), charts.begin(), charts.end());
  return group;
}

}  // namespace scnn::cli::report
