/// What `scnn compare` prints and writes.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "tools/comparison.hpp"
#include "tools/layout.hpp"

namespace scnn::cli {

inline constexpr const char* kCompareSchema = "scnn-compare/1";

/// Tables of the whole network, then of every layer, then what a reader should know.
[[nodiscard]] std::string compare_text(const Comparison& comparison, const Layout& layout);

/// The whole comparison, `scnn-compare/1`: as a result, with a list of granularities.
[[nodiscard]] nlohmann::ordered_json to_json(const Comparison& comparison);
/// What a comparison adds to a layer's or a network's counters.
[[nodiscard]] nlohmann::ordered_json added_json(const ComparedCounts& counts);
/// One line per granularity and layer, and one per granularity for the total.
[[nodiscard]] std::string csv_text(const Comparison& comparison);

}  // namespace scnn::cli
