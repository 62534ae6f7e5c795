/// Area of the machine, scaled from the published breakdown of a PE (docs/energy.md).
#pragma once

#include <array>
#include <string_view>

#include "memory/architecture.hpp"

namespace scnn::sim {

/// mm2 of one PE by component.
struct Area {
  double activation_ram = 0.0;  ///< IARAM and OARAM: in proportion to their bytes
  double weight_fifo = 0.0;     ///< in proportion to its bits
  /// In proportion to multipliers and the product of the widths.
  double multiplier_array = 0.0;
  /// A crossbar: in proportion to multipliers, banks and the width of a sum.
  double scatter_network = 0.0;
  double accumulator_buffers = 0.0;  ///< in proportion to banks, entries and width
  double other = 0.0;                ///< PPU, control, coordinates: the same in every PE

  [[nodiscard]] double total() const;
};

struct AreaComponent {
  std::string_view name;
  double Area::*member;
};

[[nodiscard]] const std::array<AreaComponent, 6>& area_components();

/// One PE in the paper's 16 nm process; the default machine has exactly SCNN Table 4.
[[nodiscard]] Area pe_area(const memory::Architecture& arch);

/// All PEs. What lies between them is not published apart, and not counted.
[[nodiscard]] double accelerator_area(const memory::Architecture& arch);

/// DCNN by the same laws: multipliers, weight FIFOs and control of as many PEs, 2 MB of
/// activation RAM, no scatter network, no banks of accumulators.
[[nodiscard]] double dcnn_area(const memory::Architecture& arch);

}  // namespace scnn::sim
