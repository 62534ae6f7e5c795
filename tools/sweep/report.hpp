/// What `scnn sweep` prints.
#pragma once

#include <string>
#include <vector>

#include "tools/layout.hpp"
#include "tools/sweep/points.hpp"
#include "tools/sweep/result_table.hpp"
#include "tools/sweep/store.hpp"

namespace scnn::cli::sweep {

/// How many points, the first of them, and how long they take.
/// \param own  those of this shard
[[nodiscard]] std::string dry_run_text(const Expansion& expansion,
                                       const std::vector<const Point*>& own, int jobs,
                                       const Store& store, const Layout& layout);

/// Of every network the point with the fewest cycles, and the front where there is one.
[[nodiscard]] std::string summary_text(const ResultTable& table, const Layout& layout);

/// A line per failed point, the first of them.
[[nodiscard]] std::string failures_text(const ResultTable& table, const Store& store);

}  // namespace scnn::cli::sweep
