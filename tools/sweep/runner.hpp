/// Runs the points of a sweep in processes of their own.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "sim/energy_table.hpp"
#include "tools/console.hpp"
#include "tools/options.hpp"
#include "tools/sweep/points.hpp"
#include "tools/sweep/store.hpp"

namespace scnn::cli::sweep {

struct RunnerOptions {
  int jobs = 1;
  bool verify = true;
  std::optional<sim::EnergyTable> energy;
  Words command_line;  ///< for `host` of the results
};

/// Runs every point and stores its result, or on record why it failed: a failing point does
/// not stop the others. Every finished point is on disk when the call ends, however it ends.
/// \return how many failed
/// \throws Interrupted, OutputError
std::size_t run_points(const std::vector<const Point*>& points, const RunnerOptions& options,
                       const Store& store, const Console& console);

}  // namespace scnn::cli::sweep
