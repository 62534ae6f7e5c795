#include "tools/report/layer_charts.hpp"
#include "tools/report/spec.hpp"

namespace scnn::cli::report {
namespace {

struct Part {
  const char* key;
  const char* name;
};

constexpr Part kComponents[] = {{"dram", "DRAM"},
                                {"activation_ram", "activation RAM"},
                                {"weight_fifo", "weight FIFO"},
                                {"multiply", "multipliers"},
                                {"accumulator", "accumulators"},
                                {"crossbar", "crossbar"},
                                {"add", "adders"},
                                {"halo", "halo"}};
constexpr Part kMachines[] = {{"dcnn", "DCNN"}, {"dcnn_opt", "DCNN-opt"}, {"scnn", "SCNN"}};
constexpr double kPicojoulesPerMicrojoule = 1e6;

void add_energies(Dataset& data, const Line& line) {
  for (const Part& machine : kMachines)
    for (std::size_t p = 0; p < std::size(kComponents); ++p) {
      const auto value = energy(line, machine.key, kComponents[p].key);
      if (value)
        data.rows.push_back({line.granularity, line.layer, machine.name, kComponents[p].name,
                             *value / kPicojoulesPerMicrojoule, *value, p});
    }
}

ordered_json energy_channel() {
  ordered_json channel = quantity("uJ", "energy (µJ)", "~s");
  channel["stack"] = "zero";
  return channel;
}

/// Colour, order and what is shown under the pointer; places are the caller's.
ordered_json stack_of_components() {
  std::vector<std::string> components;
  for (const Part& component : kComponents) components.emplace_back(component.name);
  return {{"color", colours("component", "component", components)},
          {"order", {{"field", "order"}}},
          {"tooltip",
           {tip("layer", "layer"), tip("machine", "machine"), tip("component", "component"),
            tip("uJ", "energy (µJ)", ",.3f")}}};
}

}  // namespace

Group energy_group(Section& section, const Lines& lines) {
  Dataset& data = section.datasets["energy"];
  data.columns = {"granularity", "layer", "machine", "component", "uJ", "pJ", "order"};
  for (const Line& line : lines.all) add_energies(data, line);

  ordered_json by_layer = layer_spec(lines, "energy", 260);
  by_layer["transform"].push_back({{"filter", std::string("datum.layer != '") + kAllLayers + "'"}});
  by_layer["mark"] = {{"type", "bar"}, {"cursor", "pointer"}};
  by_layer["encoding"] = stack_of_components();
  by_layer["encoding"]["x"] = layer_axis(lines.layers);
  by_layer["encoding"]["xOffset"] = {{"field", "machine"}, {"sort", nullptr}};
  by_layer["encoding"]["y"] = energy_channel();
  by_layer["encoding"]["opacity"] = selected_opacity();

  ordered_json of_all = layer_spec(lines, "energy", 100);
  of_all["transform"].push_back({{"filter", std::string("datum.layer == '") + kAllLayers + "'"}});
  of_all["mark"] = {{"type", "bar"}};
  of_all["encoding"] = stack_of_components();
  of_all["encoding"]["y"] = names("machine", "machine");
  of_all["encoding"]["x"] = energy_channel();
  of_all["encoding"]["color"]["legend"] = nullptr;  // as above

  return {.title = "Energy",
          .charts = {{.id = "energy",
                      .title = "Energy by component",
                      .about = "Per layer from left to right DCNN, DCNN-opt, SCNN; components from "
                               "the bottom up as in the legend.",
                      .spec = by_layer,
                      .dataset = "energy",
                      .layers = true},
                     {.id = "energy-all",
                      .title = "Energy of all layers",
                      .about = "The same, added up; colours as above.",
                      .spec = of_all,
                      .dataset = "energy"}}};
}

}  // namespace scnn::cli::report
