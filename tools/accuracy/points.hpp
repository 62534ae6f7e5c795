/// From the lines of logs to one accuracy per granularity, density and seed.
#pragma once

#include <vector>

#include "tools/accuracy/log.hpp"

namespace scnn::cli::accuracy {

/// A granularity at a density.
struct Point {
  Granularity granularity = Granularity::fine;
  double density = 1.0;      ///< asked for
  std::vector<Entry> seeds;  ///< one each, the smallest seed first
};

struct Points {
  std::vector<Entry> dense;   ///< of each seed, the smallest first; never empty
  std::vector<Point> pruned;  ///< by granularity, from dense to sparse
};

/// Of each point and seed what counts: its last quantised line, else its last retrained one; of the
/// dense network the last quantised, else adapted, else dense one.
/// \param where  names the logs in messages
/// \throws InputError when nothing says what the dense network reaches, or nothing was pruned
[[nodiscard]] Points points_of(const Log& log, const std::string& where);

/// A mean over seeds, and how far apart they are.
struct Spread {
  double mean = 0.0, least = 0.0, most = 0.0;
};

/// \pre `entries` is not empty
[[nodiscard]] Spread accuracy_of(const std::vector<Entry>& entries);

}  // namespace scnn::cli::accuracy
