#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "tools/report/detail_charts.hpp"
#include "tools/report/spec.hpp"

namespace scnn::cli::report {
namespace {

constexpr std::size_t kMostBars = 256;  // of a layer; more are put together

/// Bars that stand for one or more neighbours each.
std::size_t together(std::size_t all) { return (all + kMostBars - 1) / kMostBars; }

std::string range_text(std::size_t from, std::size_t count) {
  return count == 1 ? std::to_string(from) : fmt::format("{}–{}", from, from + count - 1);
}

double mean(const Counts& counts, std::size_t from, std::size_t count) {
  const auto begin = counts.begin() + static_cast<std::ptrdiff_t>(from);
  return std::accumulate(begin, begin + static_cast<std::ptrdiff_t>(count), 0.0) /
         static_cast<double>(count);
}

/// Cycles from `from` to `to`, 0 where a PE without work had finished before the group began.
Counts spans(const Counts& from, const Counts& to) {
  Counts counts;
  for (std::size_t g = 0; g < from.size(); ++g) counts.push_back(to[g] - std::min(from[g], to[g]));
  return counts;
}

Dataset banks_data(const std::vector<LayerDetail>& layers) {
  Dataset data{.columns = {"layer", "bank", "updates", "load", "order"}, .rows = {}};
  for (const LayerDetail& layer : layers) {
    const Counts& all = layer.bank_updates;
    const double even = mean(all, 0, all.size());
    const std::size_t step = together(all.size());
    for (std::size_t b = 0; b < all.size(); b += step) {
      const std::size_t count = std::min(step, all.size() - b);
      const double updates = mean(all, b, count);
      data.rows.push_back({layer.name, range_text(b, count), updates,
                           even > 0.0 ? ordered_json(updates / even) : ordered_json(nullptr), b});
    }
  }
  return data;
}

Chart banks_chart(Section& section, const std::vector<LayerDetail>& layers) {
  section.datasets["banks"] = banks_data(layers);
  ordered_json spec = one_layer_spec(layers, "banks", kHalfWidth, 290);
  ordered_json x{{"field", "bank"}, {"type", "ordinal"}, {"sort", nullptr}};
  x["title"] = "accumulator bank (number)";
  x["axis"] = {{"labelAngle", 0}, {"labelOverlap", "parity"}};
  spec["encoding"] = {{"x", x}};
  const ordered_json y = quantity("updates", "updates of all PEs (products)");
  ordered_json even = y;
  even["aggregate"] = "mean";
  spec["layer"] = {
      {{"mark", {{"type", "bar"}, {"color", "#0072B2"}}},
       {"encoding",
        {{"y", y},
         {"tooltip",
          {tip("layer", "layer"), tip("bank", "bank"), tip("updates", "updates (products)", ",.0f"),
           tip("load", "over the mean bank (ratio)", kShare)}}}}},
      {{"mark", {{"type", "rule"}, {"color", "#D55E00"}, {"strokeWidth", 2}}},
       {"encoding", {{"x", nullptr}, {"y", even}}}}};
  return {.id = "banks",
          .title = "Load of the accumulator banks",
          .about =
              "Products that each bank receives before any are combined (S17). The line is "
              "their mean.",
          .spec = spec,
          .dataset = "banks",
          .size = "narrow"};
}

Chart spread_chart(Section& section, const std::vector<LayerDetail>& layers) {
  Dataset& data = section.datasets["bank_spread"];
  data.columns = {"layer", "least", "most"};
  for (const LayerDetail& layer : layers) {
    const double even = mean(layer.bank_updates, 0, layer.bank_updates.size());
    if (even == 0.0) continue;
    const auto [least, most] = std::ranges::minmax(layer.bank_updates);
    data.rows.push_back(
        {layer.name, static_cast<double>(least) / even, static_cast<double>(most) / even});
  }
  ordered_json spec = chart_spec("bank_spread", kPageWidth, 180);
  spec["mark"] = {{"type", "bar"}, {"cursor", "pointer"}, {"color", "#0072B2"}, {"minBandSize", 2}};
  ordered_json y = quantity("least", "load over the mean (ratio)", "~r");
  y["scale"] = {{"zero", false}};
  spec["encoding"] = {
      {"x", layer_axis(layers.size())},
      {"y", y},
      {"y2", {{"field", "most"}}},
      {"opacity", selected_opacity()},
      {"tooltip",
       {tip("layer", "layer"), tip("least", "least loaded bank over the mean (ratio)", kShare),
        tip("most", "most loaded bank over the mean (ratio)", kShare)}}};
  return {.id = "bank-spread",
          .title = "How evenly the banks are loaded",
          .about = "From the least to the most loaded bank; 1 is an even share.",
          .spec = spec,
          .dataset = "bank_spread",
          .layers = true};
}

Dataset groups_data(const std::vector<LayerDetail>& layers) {
  Dataset data{.columns = {"layer", "group", "work", "skew", "drain"}, .rows = {}};
  for (const LayerDetail& layer : layers) {
    const Counts work = spans(layer.start, layer.first_finish);
    Counts skew = spans(layer.start, layer.barrier);
    for (std::size_t g = 0; g < skew.size(); ++g) skew[g] -= std::min(work[g], skew[g]);
    const Counts drain = spans(layer.barrier, layer.drain_end);
    const std::size_t step = together(skew.size());
    for (std::size_t g = 0; g < skew.size(); g += step) {
      const std::size_t count = std::min(step, skew.size() - g);
      data.rows.push_back({layer.name, range_text(g, count), mean(work, g, count),
                           mean(skew, g, count), mean(drain, g, count)});
    }
  }
  return data;
}

constexpr const char* kWork = "until the first PE has finished";
constexpr const char* kSkew = "from the first PE to the last";

Chart groups_chart(Section& section, const std::vector<LayerDetail>& layers) {
  section.datasets["groups"] = groups_data(layers);
  ordered_json spec = one_layer_spec(layers, "groups", kPageWidth, 230);
  spec["transform"].push_back({{"calculate", "datum.work + datum.skew"}, {"as", "barrier"}});
  ordered_json x{{"field", "group"}, {"type", "ordinal"}, {"sort", nullptr}};
  x["title"] = "output-channel group (number, of all tiles in order)";
  x["axis"] = {{"labelAngle", 0}, {"labelOverlap", "greedy"}};
  const ordered_json y = quantity("work", "from the start of the group (cycles)");
  const auto colour = [](const char* name) -> ordered_json {
    return {{"datum", name},
            {"type", "nominal"},
            {"title", nullptr},
            {"scale", {{"domain", {kWork, kSkew}}, {"range", {"#0072B2", "#E69F00"}}}}};
  };
  const ordered_json tips{tip("layer", "layer"),
                          tip("group", "group"),
                          tip("work", std::string(kWork) + " (cycles)", ",.0f"),
                          tip("skew", std::string(kSkew) + " (cycles)", ",.0f"),
                          tip("barrier", "start to barrier (cycles)", ",.0f"),
                          tip("drain", "barrier to end of drain (cycles)", ",.0f")};
  spec["encoding"] = {{"x", x}, {"tooltip", tips}};
  spec["layer"] = {
      {{"mark", {{"type", "bar"}}}, {"encoding", {{"y", y}, {"color", colour(kWork)}}}},
      {{"mark", {{"type", "bar"}}},
       {"encoding", {{"y", y}, {"y2", {{"field", "barrier"}}}, {"color", colour(kSkew)}}}}};
  return {.id = "groups",
          .title = "Barrier skew by output-channel group",
          .about = fmt::format("Of the selected layer, else of the one with most PE-cycles. All "
                               "PEs wait for the last one (S24). Bars of a layer of more than {} "
                               "groups are means of neighbours.",
                               kMostBars),
          .spec = spec,
          .dataset = "groups"};
}

Chart skew_chart(Section& section, const std::vector<LayerDetail>& layers) {
  Dataset& data = section.datasets["skew"];
  data.columns = {"layer", "groups", "percent", "skew", "cycles"};
  for (const LayerDetail& layer : layers) {
    const auto sum = [](const Counts& counts) {
      return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
    };
    const std::uint64_t all = sum(spans(layer.start, layer.barrier));
    const std::uint64_t work = std::min(all, sum(spans(layer.start, layer.first_finish)));
    data.rows.push_back(
        {layer.name, layer.start.size(),
         all == 0 ? 0.0 : 100.0 * static_cast<double>(all - work) / static_cast<double>(all),
         all - work, all});
  }
  ordered_json spec = chart_spec("skew", kPageWidth, 180);
  spec["mark"] = {{"type", "bar"}, {"cursor", "pointer"}, {"color", "#E69F00"}};
  spec["encoding"] = {{"x", layer_axis(layers.size())},
                      {"y", quantity("percent", "share of the groups' cycles (%)", "~r")},
                      {"opacity", selected_opacity()},
                      {"tooltip",
                       {tip("layer", "layer"), tip("groups", "output-channel groups", kCount),
                        tip("percent", "first to last PE (% of cycles)", kRatio),
                        tip("skew", "first to last PE (cycles)", kCount),
                        tip("cycles", "start to barrier (cycles)", kCount)}}};
  return {.id = "skew",
          .title = "Barrier skew by layer",
          .about = "Cycles from the first finished PE to the last, of all groups.",
          .spec = spec,
          .dataset = "skew",
          .layers = true};
}

}  // namespace

std::vector<Chart> bank_charts(Section& section, const std::vector<LayerDetail>& layers) {
  return {banks_chart(section, layers), spread_chart(section, layers)};
}

std::vector<Chart> skew_charts(Section& section, const std::vector<LayerDetail>& layers) {
  return {skew_chart(section, layers), groups_chart(section, layers)};
}

}  // namespace scnn::cli::report
