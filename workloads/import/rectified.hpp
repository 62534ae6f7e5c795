/// Where a graph rectifies.
#pragma once

#include <vector>

#include "workloads/import/graph.hpp"

namespace scnn::workloads::imports {

/// What a layer with weights has to know of ReLUs around it.
struct Rectified {
  /// Its output is rectified right away: by its own activation, or by everything that reads
  /// it, with nothing but normalisation and identities in between (docs/import.md).
  bool relu = false;
  /// Its input has passed a ReLU, and since then nothing that fills zeros in again.
  bool reads_rectified = false;
};

/// One entry per node.
[[nodiscard]] std::vector<Rectified> rectified(const Graph& graph);

}  // namespace scnn::workloads::imports
