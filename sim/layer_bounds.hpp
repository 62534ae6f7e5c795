/// What the mapping of a layer and its blocks say about its time, before and beside a run.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "memory/architecture.hpp"
#include "pe/tiling.hpp"
#include "workloads/network.hpp"

namespace scnn::sim {

/// Cycles that `compute_cycles` cannot be below, each for one reason.
struct LayerBounds {
  /// Stored weights times stored activations over all multipliers: vectors are full and PEs
  /// equally busy. Explicit zeros and placeholders (S12, S13) count.
  std::uint64_t full_vectors = 0;
  /// Steps over PEs: vectors as long as they are (S15), PEs equally busy. Rounded up.
  std::uint64_t mean_steps = 0;
  std::uint64_t steps = 0;  ///< of the busiest PE of every K-group: PEs meet after it (S24)
  /// Of the slowest PE of every K-group, for which weights are always there: its steps, and the
  /// cycles in which bank queues hold them up (S19, S21).
  std::uint64_t banks = 0;
  std::uint64_t weights = 0;  ///< until the last vector can be there and is used (S22, S23)
  std::uint64_t drain = 0;    ///< every group's, one after the other (S25)
};

/// How a layer lies on the machine. Sizes that differ between temporal tiles are the largest.
struct LayerMapping {
  std::int64_t kc = 0;
  std::int64_t k_groups = 0;        ///< of each convolution group
  std::int64_t temporal_tiles = 0;  ///< of each convolution group
  std::int64_t Ht = 0, Wt = 0;      ///< input rows and columns of a PE (S6)
  std::int64_t idle_pes = 0;        ///< that own no input
  std::int64_t HA = 0, WA = 0;      ///< accumulator window (S9)
  std::int64_t window_entries = 0;  ///< Kc * HA * WA (S10)
  std::uint64_t blocks = 0;         ///< of weights, empty ones left out
  std::uint64_t vectors = 0;        ///< weight vectors of all of them
  std::uint64_t longest_block = 0;  ///< in weight vectors
  std::uint64_t long_blocks = 0;    ///< longer than the FIFO: activations are read again (S15)
  std::uint64_t stored_inputs = 0;  ///< elements in the IARAMs, over all tiles (S27)
  std::uint64_t fullest_input = 0;  ///< elements of one PE in one tile (S27)
};

struct LayerAnalysis {
  LayerMapping mapping;
  LayerBounds bounds;
};

/// \param threads  0: all cores
/// \param stop     as in RunOptions
/// \throws InputError when the accumulators cannot hold the layer (S10); Interrupted
[[nodiscard]] LayerAnalysis analyse(const workloads::QuantisedLayer& layer,
                                    const memory::Architecture& arch, int threads,
                                    const std::atomic<int>* stop = nullptr);

}  // namespace scnn::sim
