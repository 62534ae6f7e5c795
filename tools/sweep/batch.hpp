/// Points that share work, and who computes them.
#pragma once

#include <cstddef>
#include <vector>

#include "tools/sweep/points.hpp"

namespace scnn::cli::sweep {

/// Points of one network and of machines that differ in timing alone: one process builds one
/// machine for all of them. The first costs what a run costs, the others what timing costs.
struct Batch {
  std::vector<const Point*> points;
  /// Products to simulate, those of later points at the share that is not repeated.
  [[nodiscard]] double cost() const;
};

/// Every point once (points of equal id are one), in batches of at most `most` points; those
/// that share encoded layers are neighbours, and within a batch those that share most.
[[nodiscard]] std::vector<Batch> make_batches(const std::vector<const Point*>& points,
                                              std::size_t most);

/// Points of a batch, for `shares` processes or shards: enough to share much of their work,
/// few enough to keep all busy.
[[nodiscard]] std::size_t batch_size(std::size_t points, std::size_t shares);

/// The points of shard `number` (from 0) of `count`: batches go, the costliest first, to the
/// shard with the least cost. Which they are depends on the plan alone; in its order.
[[nodiscard]] std::vector<const Point*> shard(const std::vector<Point>& points, std::size_t number,
                                              std::size_t count);

}  // namespace scnn::cli::sweep
