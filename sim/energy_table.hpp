/// What one event costs: the numbers that energies are made of (docs/energy.md).
#pragma once

#include <array>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace scnn::sim {

inline constexpr const char* kEnergySchema = "scnn-energy/1";

/// Energy of one event, and where the number comes from.
struct EventEnergy {
  double pJ = 0.0;
  std::string source;
};

/// Energy per event, of a machine with the default sizes.
struct EnergyTable {
  std::string name;
  EventEnergy multiply;          ///< 16 x 16 bits; in proportion to the product of the widths
  EventEnergy add;               ///< 24 bits; in proportion to the width
  EventEnergy iaram_bit;         ///< read
  EventEnergy oaram_bit;         ///< written
  EventEnergy weight_fifo_bit;   ///< read or written; also the weight buffer of DCNN
  EventEnergy crossbar_product;  ///< routed to its bank
  EventEnergy accumulator_bit;   ///< read or written
  EventEnergy halo_bit;          ///< sent to another PE
  EventEnergy dense_ram_bit;     ///< read or written in the 2 MB of DCNN
  EventEnergy dram_bit;          ///< read or written
};

/// A member and its key in the file.
struct EventInfo {
  std::string_view name;
  EventEnergy EnergyTable::*member;
};

/// Every event, in the order of the file.
[[nodiscard]] const std::array<EventInfo, 10>& event_table();

/// The table of configs/energy-45nm.json.
[[nodiscard]] EnergyTable default_energy_table();

/// Reads an energy file: every event, and nothing else.
/// \throws InputError `FILE#/pointer: found, expected` for missing, unknown or repeated
///         keys, and for energies that are no numbers from 0
[[nodiscard]] EnergyTable read_energy_table(const std::filesystem::path& path);

/// The table as an object that `read_energy_table` takes back.
[[nodiscard]] nlohmann::ordered_json to_json(const EnergyTable& table);

}  // namespace scnn::sim
