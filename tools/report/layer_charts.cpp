#include "tools/report/layer_charts.hpp"

#include <algorithm>

#include "tools/report/spec.hpp"

namespace scnn::cli::report {
namespace {

constexpr int kHeight = 260;

ordered_json head(const Line& line) { return {line.granularity, line.layer}; }

Chart speed_up_chart(Section& section, const Lines& lines) {
  Dataset& data = section.datasets["speedup"];
  data.columns = {"granularity", "layer", "machine", "speedup", "cycles"};
  const auto add = [&](const Line& line, const char* machine, std::optional<double> value,
                       std::uint64_t cycles) {
    ordered_json row = head(line);
    row.insert(row.end(), {machine, cell(value), cycles});
    data.rows.push_back(std::move(row));
  };
  for (const Line& line : lines.all) {
    add(line, "DCNN", 1.0, line.counters.dcnn_cycles);
    add(line, "SCNN", speed_up(line), line.counters.cycles);
    add(line, "oracle", oracle_speed_up(line), line.counters.oracle_cycles);
  }
  // One layer far above the others would leave nothing of them.
  constexpr double kFar = 8.0;
  const double usual = oracle_speed_up(lines.total()).value_or(1.0);
  const bool far = std::ranges::any_of(lines.all, [usual](const Line& line) {
    return oracle_speed_up(line).value_or(0.0) > kFar * usual;
  });
  ordered_json spec = layer_spec(lines, "speedup", kHeight);
  spec["mark"] = {{"type", "bar"}, {"cursor", "pointer"}};
  ordered_json y = quantity("speedup", "speed-up over DCNN (ratio of cycles)", "~r");
  y["scale"] = {{"type", far ? "log" : "linear"}};
  spec["encoding"] = {
      {"x", layer_axis(lines.layers + 1)},
      {"xOffset", {{"field", "machine"}, {"sort", nullptr}}},
      {"y", y},
      {"color", colours("machine", "machine", {"DCNN", "SCNN", "oracle"})},
      {"opacity", selected_opacity()},
      {"tooltip",
       {tip("layer", "layer"), tip("machine", "machine"),
        tip("speedup", "speed-up over DCNN", kRatio), tip("cycles", "cycles", kCount)}}};
  return {.id = "speedup",
          .title = "Speed-up over the dense machine",
          .about =
              "DCNN is the dense baseline of as many multipliers (S32); the oracle keeps every "
              "multiplier busy in every cycle (S31).",
          .spec = spec,
          .dataset = "speedup",
          .log = {"y"},
          .layers = true};
}

Chart activity_chart(Section& section, const Lines& lines) {
  Dataset& data = section.datasets["activity"];
  data.columns = {"granularity", "layer", "activity", "percent", "pe_cycles", "order"};
  std::vector<std::string> all;
  for (const Activity& activity : activities()) all.emplace_back(activity.name);
  for (const Line& line : lines.all)
    for (std::size_t a = 0; a < activities().size(); ++a) {
      const std::uint64_t count = line.counters.*activities()[a].member;
      const std::uint64_t sum = pe_cycles(line.counters);
      ordered_json row = head(line);
      row.insert(row.end(),
                 {activities()[a].name,
                  sum == 0 ? 0.0 : 100.0 * static_cast<double>(count) / static_cast<double>(sum),
                  count, a});
      data.rows.push_back(std::move(row));
    }
  ordered_json spec = layer_spec(lines, "activity", kHeight);
  spec["mark"] = {{"type", "bar"}, {"cursor", "pointer"}};
  ordered_json y = quantity("percent", "share of PE-cycles (%)", "d");
  y["scale"] = {{"domain", {0, 100}}, {"nice", false}};
  y["stack"] = "zero";
  spec["encoding"] = {
      {"x", layer_axis(lines.layers + 1)},
      {"y", y},
      {"color", colours("activity", "activity", all)},
      {"order", {{"field", "order"}}},
      {"opacity", selected_opacity()},
      {"tooltip",
       {tip("layer", "layer"), tip("activity", "activity"),
        tip("percent", "share of PE-cycles (%)", kRatio), tip("pe_cycles", "PE-cycles", kCount)}}};
  return {.id = "activity",
          .title = "What the PEs do",
          .about =
              "Every PE has one activity in every cycle until the last drain (S28), so a bar is "
              "100 % of PEs times compute cycles.",
          .spec = spec,
          .dataset = "activity",
          .layers = true};
}

Chart utilisation_chart(Section& section, const Lines& lines, const memory::Architecture& arch) {
  Dataset& data = section.datasets["utilisation"];
  data.columns = {"granularity", "layer", "measure", "share"};
  const std::vector<std::string> measures{"of slots in issued steps", "of all compute cycles",
                                          "oracle cycles / cycles"};
  for (const Line& line : lines.all) {
    const std::optional<double> shares[] = {utilisation(line), share_of_peak(line, arch),
                                            of_the_oracle(line)};
    for (std::size_t m = 0; m < measures.size(); ++m) {
      ordered_json row = head(line);
      row.insert(row.end(), {measures[m], cell(shares[m])});
      data.rows.push_back(std::move(row));
    }
  }
  ordered_json spec = layer_spec(lines, "utilisation", kHeight);
  spec["mark"] = {{"type", "bar"}, {"cursor", "pointer"}};
  ordered_json y = quantity("share", "multipliers at work (share)", ".1f");
  y["scale"] = {{"domain", {0, 1}}};
  spec["encoding"] = {
      {"x", layer_axis(lines.layers + 1)},
      {"xOffset", {{"field", "measure"}, {"sort", nullptr}}},
      {"y", y},
      {"color", colours("measure", "share", measures)},
      {"opacity", selected_opacity()},
      {"tooltip",
       {tip("layer", "layer"), tip("measure", "share"), tip("share", "value (1)", kShare)}}};
  return {.id = "utilisation",
          .title = "Utilisation of the multipliers",
          .about =
              "Non-zero products over the multiplier slots of the steps that issued; over all "
              "multipliers in all compute cycles; and, DRAM included, over all cycles.",
          .spec = spec,
          .dataset = "utilisation",
          .layers = true};
}

Chart reference_chart(Section& section, const Lines& lines) {
  Dataset& data = section.datasets["references"];
  data.columns = {"granularity", "layer", "structure", "accesses"};
  std::vector<std::string> all;
  const auto shown = [](const Activity& structure) {
    return structure.member != &memory::Counters::accumulator_reads;  // as many as writes (S30)
  };
  for (const Activity& structure : structures())
    if (shown(structure)) all.emplace_back(structure.name);
  for (const Line& line : lines.all)
    for (const Activity& structure : structures()) {
      if (!shown(structure)) continue;
      ordered_json row = head(line);
      row.insert(row.end(), {structure.name, line.counters.*structure.member});
      data.rows.push_back(std::move(row));
    }
  ordered_json spec = layer_spec(lines, "references", kHeight);
  spec["transform"].push_back({{"filter", "datum.accesses > 0"}});  // a logarithm shows no 0
  spec["mark"] = {{"type", "point"}, {"filled", true}, {"size", 65}, {"cursor", "pointer"}};
  ordered_json y = quantity("accesses", "accesses of a vector or entry");
  y["scale"] = {{"type", "log"}};
  y["axis"]["tickCount"] = 6;
  ordered_json shape = names("structure", "structure");
  shape["scale"] = {{"domain", all}};
  shape.erase("axis");
  spec["encoding"] = {{"x", layer_axis(lines.layers + 1)},
                      {"y", y},
                      {"color", colours("structure", "structure", all)},
                      {"shape", shape},
                      {"opacity", selected_opacity()},
                      {"tooltip",
                       {tip("layer", "layer"), tip("structure", "structure"),
                        tip("accesses", "accesses", kCount)}}};
  return {.id = "references",
          .title = "Memory references by structure",
          .about =
              "On chip (S30): an access is of one vector or one entry. Accumulators are read as "
              "often as written.",
          .spec = spec,
          .dataset = "references",
          .log = {"y"},
          .layers = true};
}

Chart dram_chart(Section& section, const Lines& lines) {
  Dataset& data = section.datasets["dram"];
  data.columns = {"granularity", "layer", "traffic", "bytes", "order"};
  for (const Line& line : lines.all) {
    const memory::Counters& c = line.counters;
    const std::pair<const char*, std::uint64_t> parts[] = {
        {"weight values", c.dram_weight_bits - c.weight_index_bits},
        {"weight indices", c.weight_index_bits},
        {"activations", c.dram_activation_bits}};
    for (std::size_t p = 0; p < std::size(parts); ++p) {
      ordered_json row = head(line);
      row.insert(row.end(), {parts[p].first, static_cast<double>(parts[p].second) / 8.0, p});
      data.rows.push_back(std::move(row));
    }
  }
  ordered_json spec = layer_spec(lines, "dram", kHeight);
  // The network's bar would dwarf every layer's; the table has it.
  spec["transform"].push_back({{"filter", std::string("datum.layer != '") + kAllLayers + "'"}});
  spec["mark"] = {{"type", "bar"}, {"cursor", "pointer"}};
  ordered_json y = quantity("bytes", "DRAM traffic (bytes)");
  y["stack"] = "zero";
  spec["encoding"] = {
      {"x", layer_axis(lines.layers)},
      {"y", y},
      {"color", colours("traffic", "traffic", {"weight values", "weight indices", "activations"})},
      {"order", {{"field", "order"}}},
      {"opacity", selected_opacity()},
      {"tooltip",
       {tip("layer", "layer"), tip("traffic", "traffic"), tip("bytes", "bytes", ",.1f")}}};
  return {.id = "dram",
          .title = "DRAM traffic",
          .about =
              "Compressed weights with their indices, and activations that do not stay on chip "
              "(S27).",
          .spec = spec,
          .dataset = "dram",
          .layers = true};
}

}  // namespace

ordered_json layer_spec(const Lines& lines, const char* dataset, int height) {
  ordered_json spec = chart_spec(dataset, kPageWidth, height);
  if (lines.granularities.size() > 1) keep_chosen_granularity(spec, lines.granularities.front());
  return spec;
}

void add_layer_charts(Section& section, const Lines& lines, const memory::Architecture& arch) {
  section.layers = lines.names;
  section.groups.push_back(
      {.title = "Time",
       .charts = {speed_up_chart(section, lines), activity_chart(section, lines),
                  utilisation_chart(section, lines, arch)}});
  section.groups.push_back(
      {.title = "Memory", .charts = {reference_chart(section, lines), dram_chart(section, lines)}});
  if (energy(lines.total(), "scnn")) section.groups.push_back(energy_group(section, lines));
  section.groups.push_back(
      {.title = "Limits",
       .charts = {roofline_chart(section, lines, arch), density_chart(section, lines)}});
}

}  // namespace scnn::cli::report
