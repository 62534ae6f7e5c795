/// Headline numbers.
#pragma once

#include "tools/report/lines.hpp"
#include "tools/report/model.hpp"

namespace scnn::cli::report {

/// Of a network: cycles, speed-up, fraction of the oracle, utilisation, energy where there is any,
/// memory references, DRAM traffic.
[[nodiscard]] std::vector<Card> headline_cards(const Line& total);

/// A number with so many digits after the point; a dash where there is none.
[[nodiscard]] Card ratio_card(std::string id, std::string label, std::optional<double> value,
                              int decimals, std::string unit);

}  // namespace scnn::cli::report
