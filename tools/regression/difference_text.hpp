/// Differences as people and machines read them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "tools/layout.hpp"
#include "tools/regression/differences.hpp"

namespace scnn::cli::regression {

/// `dram.latency_cycles is 50, was 100`, a line each, every line after `indent`.
[[nodiscard]] std::string values_text(const std::vector<ValueChange>& changes,
                                      const std::string& indent);

/// Why the cycles of a part moved, in one sentence without its name:
/// `compute_cycles +200 (+0.14 %): bank_stall +178.4 (89 %), issue +21.6 (11 %)`.
[[nodiscard]] std::string cycles_sentence(const PartChange& part);

/// Layers of one run only, values, a table of counters, a sentence per part that says why.
[[nodiscard]] std::string difference_text(const Difference& difference, const Layout& layout);

[[nodiscard]] nlohmann::ordered_json to_json(const std::vector<ValueChange>& changes);
[[nodiscard]] nlohmann::ordered_json to_json(const Difference& difference);

}  // namespace scnn::cli::regression
