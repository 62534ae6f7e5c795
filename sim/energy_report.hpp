/// Energies as results have them: JSON members and CSV columns, in pJ.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "sim/csv.hpp"
#include "sim/energy.hpp"
#include "sim/result.hpp"

namespace scnn::sim {

/// Energies of one layer of a result. \pre `result.energy`
[[nodiscard]] EnergyComparison layer_energy(const RunResult& result, const LayerResult& layer);
/// Of all layers, added. \pre `result.energy`
[[nodiscard]] EnergyComparison total_energy(const RunResult& result);

/// The object `energy`: by machine, every component and `total`.
[[nodiscard]] nlohmann::ordered_json to_json(const EnergyComparison& energy);

/// `scnn_multiply_pJ` and so on, by machine and component, each machine's total last.
void add_energy_header(CsvRow& row);
void add_energy(CsvRow& row, const EnergyComparison& energy);

}  // namespace scnn::sim
