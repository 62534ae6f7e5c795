/// Faults that tests put into the machine, to see that a run does not survive them.
#pragma once

#include <cstdint>

namespace scnn::pe {

enum class FaultKind : std::uint8_t {
  none,
  drop_product,  ///< the multiplier array loses one product
  wrong_entry,   ///< the crossbar sends one update to the next accumulator entry
  lose_halo,     ///< the PPU loses one halo entry
  skip_barrier,  ///< the sequencer does not wait for one PE
};

/// Which unit fails, once, at its first opportunity. All zero: no fault.
struct FaultPlan {
  FaultKind kind = FaultKind::none;
  std::int64_t pe = 0;  ///< PE number, row-major
};

}  // namespace scnn::pe
