/// The vectorised accumulation of the decoupled machine, with run-time dispatch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "pe/activation_operands.hpp"
#include "pe/step_tables.hpp"

namespace scnn::pe {

/// Adds the products of a block's activations to the sums.
/// \param sums  `[window position][channel]`, `tables.channels()` to a position
void add_products(const StepTables& tables, std::size_t block, std::size_t phase,
                  std::span<const ActivationOperand> activations, std::int64_t* sums);

}  // namespace scnn::pe
