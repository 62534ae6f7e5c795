#include "sim/energy_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace scnn::sim {

EnergyComparison layer_energy(const RunResult& result, const LayerResult& layer) {
  return compare_energy({.shape = layer.spec.shape,
                         .counters = layer.counters,
                         .activation_density = layer.activation_density,
                         .temporal_tiles = layer.temporal_tiles,
                         .first = layer.name == result.network.first_layer},
                        result.architecture, result.energy.value());
}

EnergyComparison total_energy(const RunResult& result) {
  EnergyComparison total;
  for (const LayerResult& layer : result.layers) total += layer_energy(result, layer);
  return total;
}

nlohmann::ordered_json to_json(const EnergyComparison& energy) {
  nlohmann::ordered_json object;
  for (const auto& machine : compared_machines()) {
    const Energy& e = energy.*machine.member;
    auto& member = object[std::string(machine.name)];
    for (const auto& component : energy_components())
      member[std::string(component.name)] = e.*component.member;
    member["total"] = e.total();
  }
  return object;
}

void add_energy_header(CsvRow& row) {
  for (const auto& machine : compared_machines()) {
    for (const auto& component : energy_components())
      row.text(fmt::format("{}_{}_pJ", machine.name, component.name));
    row.text(fmt::format("{}_total_pJ", machine.name));
  }
}

void add_energy(CsvRow& row, const EnergyComparison& energy) {
  for (const auto& machine : compared_machines()) {
    const Energy& e = energy.*machine.member;
    for (const auto& component : energy_components()) row.number(e.*component.member);
    row.number(e.total());
  }
}

}  // namespace scnn::sim
