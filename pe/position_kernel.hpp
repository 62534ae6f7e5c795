/// The vectorised accumulation by window position, with run-time dispatch.
#pragma once

#include "pe/position_tables.hpp"

namespace scnn::pe {

/// Adds the products of a PE's planes and a K-group's weights to the sums.
/// \param planes  `[block][plane()]`
/// \param sums    `[channel][positions()]`
void add_positions(const PositionTables& tables, const std::int16_t* planes, std::int64_t* sums);

}  // namespace scnn::pe
