/// The vectorised inner loops of the decoupled machine, with run-time dispatch.
///
/// Every target computes the same integers; tests force each one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "memory/weight_stream.hpp"
#include "pe/step_tables.hpp"

namespace scnn::pe {

/// Stored activations of a PE as the step kernel takes them.
struct StepOperands {
  /// An activation vector: its activations that are not zero.
  struct Vector {
    std::uint32_t first = 0;  ///< in `offsets`
    std::uint32_t count = 0;
  };
  std::vector<std::uint32_t> offsets;  ///< byte offset of an activation's row and lane
  std::vector<Vector> vectors;
  std::vector<std::uint32_t> block_vectors;  ///< first vector of each block, plus the end
};

/// Everything one PE's steps read and change. Cycles are counted from the start of the
/// tile.
struct StepState {
  // Read.
  const StepTables* tables = nullptr;
  const StepOperands* operands = nullptr;
  std::span<const memory::BlockVectors> blocks;
  std::size_t run_entries = 1;
  std::size_t banks = 0;
  std::int64_t threshold = 0;
  std::int64_t start = 0;                    ///< of the group
  std::size_t known = 0;                     ///< entries whose arrival is known
  const std::int64_t* arrival = nullptr;     ///< D[j]
  const std::int64_t* late_until = nullptr;  ///< last cycle with a late supply
  // Changed.
  std::uint8_t* queues = nullptr;  ///< updates per bank at the start of cycle last_issue + 1
  std::size_t block = 0;
  std::uint32_t at = 0;
  std::size_t unwaited = 0;
  std::int64_t last_issue = 0, last_pop = 0;
  std::uint64_t steps = 0, bank_stall = 0, weight_wait = 0, backpressure_wait = 0, iaram_reads = 0;
  std::int64_t* pops = nullptr;  ///< receives the pop times of the entries popped
  std::size_t popped = 0;
};

/// Issues every step that can be placed with certainty; see RunAhead.
void advance_steps(StepState& state);

/// Updates in the longest queue.
[[nodiscard]] std::int64_t deepest_queue(const StepState& state);

/// Cycles of `[from, to]` in which a PE that waits for an entry waits for a late supply
/// (S28).
/// \param first  an entry at or before the first that arrives at `from` or later, none
///               of whose predecessors in the group does
/// \param last   the entry whose arrival ends the wait
[[nodiscard]] std::int64_t late_cycles(const std::int64_t* arrival, const std::int64_t* late_until,
                                       std::size_t first, std::size_t last, std::int64_t from,
                                       std::int64_t to);

/// Names of the instruction sets this build can dispatch to on this processor.
[[nodiscard]] std::vector<std::string> step_kernel_targets();
/// Forces one of them for the whole process, or (empty) chooses the best again; for
/// tests and benchmarks.
void force_step_kernel_target(const std::string& name);

}  // namespace scnn::pe
