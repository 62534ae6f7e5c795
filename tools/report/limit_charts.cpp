#include <algorithm>

#include "tools/report/layer_charts.hpp"
#include "tools/report/spec.hpp"

namespace scnn::cli::report {
namespace {

/// Products per byte, products per cycle.
struct Point {
  double intensity, rate;
};

Point point_of(const Line& line) {
  const auto products = static_cast<double>(line.counters.products);
  const auto cycles = static_cast<double>(std::max<std::uint64_t>(line.counters.cycles, 1));
  return {products / std::max(dram_bytes(line.counters), 1.0), products / cycles};
}

/// The line under which every layer lies, from left of the first to right of the last.
Dataset roof(const std::vector<Point>& points, const memory::Architecture& arch) {
  const auto peak = static_cast<double>(arch.pe_count() * arch.F * arch.I);
  const auto bandwidth = static_cast<double>(arch.dram.bytes_per_cycle);
  const double knee = peak / bandwidth;
  const auto [low, high] = std::ranges::minmax(points, {}, &Point::intensity);
  const double left = std::min(low.intensity, knee) / 2.0;
  const double right = std::max(high.intensity, knee) * 2.0;
  Dataset data{.columns = {"intensity", "rate"}, .rows = {}};
  data.rows = {{left, left * bandwidth}, {knee, peak}, {right, peak}};
  return data;
}

}  // namespace

Chart roofline_chart(Section& section, const Lines& lines, const memory::Architecture& arch) {
  Dataset& data = section.datasets["roofline"];
  data.columns = {"granularity", "layer", "intensity", "rate", "bound", "products", "cycles"};
  std::vector<Point> points;
  for (const Line& line : lines.all) {
    if (line.counters.products == 0) continue;  // has no place on logarithms
    const Point point = point_of(line);
    points.push_back(point);
    const char* bound = line.counters.cycles > line.counters.compute_cycles ? "DRAM" : "the PEs";
    data.rows.push_back({line.granularity, line.layer, point.intensity, point.rate,
                         line.total ? kAllLayers : bound, line.counters.products,
                         line.counters.cycles});
  }
  if (points.empty()) points.push_back({1.0, 1.0});
  section.datasets["roof"] = roof(points, arch);

  ordered_json spec = layer_spec(lines, "roofline", 300);
  const ordered_json filters = spec["transform"];
  spec.erase("transform");
  spec["width"] = kHalfWidth;
  ordered_json x = quantity("intensity", "products per byte of DRAM traffic", ",~r");
  ordered_json y = quantity("rate", "products per cycle", ",~r");
  x["scale"] = y["scale"] = {{"type", "log"}, {"nice", false}, {"padding", 12}};
  x["axis"]["tickCount"] = y["axis"]["tickCount"] = 5;
  spec["encoding"] = {{"x", x}, {"y", y}};
  ordered_json bound = colours("bound", "limited by", {"the PEs", "DRAM", kAllLayers});
  ordered_json shape{{"field", "bound"},
                     {"type", "nominal"},
                     {"title", "limited by"},
                     {"scale", {{"domain", {"the PEs", "DRAM", kAllLayers}}}}};
  spec["layer"] = {
      {{"data", {{"name", "roof"}}},
       {"mark", {{"type", "line"}, {"color", "currentColor"}, {"strokeWidth", 1.5}}}},
      {{"transform", filters},
       {"mark", {{"type", "point"}, {"filled", true}, {"size", 60}, {"cursor", "pointer"}}},
       {"encoding",
        {{"color", bound},
         {"shape", shape},
         {"opacity", selected_opacity()},
         {"tooltip",
          {tip("layer", "layer"), tip("intensity", "products per DRAM byte", ",.2f"),
           tip("rate", "products per cycle", ",.1f"), tip("products", "products", kCount),
           tip("cycles", "cycles", kCount)}}}}}};
  return {.id = "roofline",
          .title = "Roofline",
          .about = "The line is what the multipliers (flat) and the DRAM (slope) allow.",
          .spec = spec,
          .dataset = "roofline",
          .log = {"x", "y"},
          .layers = true,
          .size = "narrow"};
}

Chart density_chart(Section& section, const Lines& lines) {
  Dataset& data = section.datasets["density"];
  data.columns = {"granularity", "layer",   "weight_density", "activation_density",
                  "left",        "speedup", "cycles",         "references",
                  "energy"};
  const bool priced = energy(lines.total(), "scnn").has_value();
  for (const Line& line : lines.all)
    if (!line.total)
      data.rows.push_back({line.granularity, line.layer, line.weight_density,
                           line.activation_density, line.weight_density * line.activation_density,
                           cell(speed_up(line)), line.counters.cycles, references(line.counters),
                           cell(energy(line, "scnn"))});
  Control control{.key = "cost",
                  .label = "Density against",
                  .options = {{"speedup", "speed-up over DCNN (ratio of cycles)", "~r"},
                              {"cycles", "cycles", kShort},
                              {"references", "on-chip memory references (accesses)", kShort}},
                  .selected = "speedup"};
  if (priced) control.options.push_back({"energy", "energy of SCNN (pJ)", kShort});
  section.controls.push_back(control);

  ordered_json spec = layer_spec(lines, "density", 300);
  spec["width"] = kHalfWidth;
  spec["mark"] = {{"type", "point"}, {"filled", true}, {"size", 60}, {"cursor", "pointer"}};
  ordered_json x = quantity("left", "weight density × activation density", "~r");
  x["scale"] = {{"zero", false}, {"nice", true}};
  ordered_json y = quantity("speedup", control.options.front().title, "~r");
  y["scale"] = {{"zero", false}, {"nice", true}};
  spec["encoding"] = {
      {"x", x},
      {"y", y},
      {"color", {{"value", "#0072B2"}}},
      {"opacity", selected_opacity()},
      {"tooltip",
       {tip("layer", "layer"), tip("weight_density", "weight density (1)", kShare),
        tip("activation_density", "activation density (1)", kShare),
        tip("speedup", "speed-up over DCNN", kRatio), tip("cycles", "cycles", kCount),
        tip("references", "memory references (accesses)", kCount)}}};
  if (priced) spec["encoding"]["tooltip"].push_back(tip("energy", "energy of SCNN (pJ)", ",.0f"));
  return {.id = "density",
          .title = "What density buys",
          .about =
              "Each point is a layer; the share of multiplies with two non-zero operands is "
              "estimated by the product of the densities.",
          .spec = spec,
          .dataset = "density",
          .log = {"x", "y"},
          .fields = {{"cost", "y"}},
          .layers = true,
          .size = "narrow"};
}

}  // namespace scnn::cli::report
