/// The vectorised accumulation of the decoupled machine, with run-time dispatch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "pe/step_tables.hpp"

namespace scnn::pe {

/// One activation's part in the sums of a window.
struct SumOperand {
  std::int32_t value = 0;
  std::int32_t address = 0;  ///< its term of the window address
  std::uint32_t outcome_class = 0;
};

/// Adds the products of a block's activations to the sums.
/// \param sums  `[window position][channel]`, `tables.channels()` to a position
void add_products(const StepTables& tables, std::size_t block, std::size_t phase,
                  std::span<const SumOperand> activations, std::int64_t* sums);

}  // namespace scnn::pe
