/// Energy of a layer on SCNN, and on the dense machines DCNN and DCNN-opt (docs/energy.md).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "memory/architecture.hpp"
#include "memory/counters.hpp"
#include "sim/energy_table.hpp"
#include "sparse_formats/layer_shape.hpp"

namespace scnn::sim {

/// By component, in pJ; adds over layers.
struct Energy {
  double multiply = 0.0, add = 0.0;
  double activation_ram = 0.0;  ///< IARAM and OARAM; the 2 MB of a dense machine
  double weight_fifo = 0.0, crossbar = 0.0, accumulator = 0.0, halo = 0.0, dram = 0.0;

  [[nodiscard]] double total() const;
  Energy& operator+=(const Energy& other);
};

struct EnergyComponent {
  std::string_view name;
  double Energy::*member;
};

/// Every component, in the order of results.
[[nodiscard]] const std::array<EnergyComponent, 8>& energy_components();

/// What a layer's energy is computed from.
struct LayerActivity {
  const LayerShape& shape;
  const memory::Counters& counters;
  double activation_density = 1.0;  ///< of the input, after quantisation
  std::int64_t temporal_tiles = 1;
  bool first = false;  ///< the first of its network: its input comes from DRAM
};

/// SCNN: what the counters say happened.
[[nodiscard]] Energy scnn_energy(const LayerActivity& layer, const memory::Architecture& arch,
                                 const EnergyTable& table);

/// What may differ between the dense machines.
enum class DenseMachine : std::uint8_t {
  dcnn,
  dcnn_opt,  ///< idle multipliers at zero operands, compressed DRAM traffic
};

/// Bytes of activations the dense machines hold (SCNN, section 5).
inline constexpr std::int64_t kDenseRamBytes = std::int64_t{2} << 20;

/// The dense machine of S32. Activations beyond its 2 MB go through DRAM.
[[nodiscard]] Energy dense_energy(const LayerActivity& layer, const memory::Architecture& arch,
                                  const EnergyTable& table, DenseMachine machine);

/// All three of one layer, or of several added.
struct EnergyComparison {
  Energy scnn, dcnn, dcnn_opt;
  EnergyComparison& operator+=(const EnergyComparison& other);
};

struct ComparedMachine {
  std::string_view name;
  Energy EnergyComparison::*member;
};

/// `scnn`, `dcnn`, `dcnn_opt`.
[[nodiscard]] const std::array<ComparedMachine, 3>& compared_machines();

[[nodiscard]] EnergyComparison compare_energy(const LayerActivity& layer,
                                              const memory::Architecture& arch,
                                              const EnergyTable& table);

}  // namespace scnn::sim
