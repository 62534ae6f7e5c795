/// One PE's time and work, computed ahead of the kernel (machine.md S15-S21, S28).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "memory/counters.hpp"
#include "memory/iaram.hpp"
#include "pe/fault.hpp"
#include "pe/general_steps.hpp"
#include "pe/step_kernel.hpp"
#include "pe/sum_kernel.hpp"
#include "pe/tile_job.hpp"

namespace scnn::pe {

/// What is known of the broadcast: entries `[0, known)` of the tile's stream.
struct ArrivalView {
  std::size_t known = 0;
  const std::int64_t* cycle = nullptr;       ///< D[j] (S23)
  const std::int64_t* late_until = nullptr;  ///< last cycle with a late supply (S28)
};

/// Steps by the way they were computed.
struct StepPaths {
  std::uint64_t kernel = 0;   ///< by the vectorised step kernel
  std::uint64_t general = 0;  ///< one product at a time
};

/// A PE of the decoupled machine: multiplier array, crossbar and bank queues as one
/// recurrence.
///
/// The next step issues in the first cycle that is after the previous issue, after its
/// weight vector's arrival, and in which no bank queue is above the threshold. No cycle
/// needs to be visited in which nothing issues.
///
/// Contract:
/// - cycles are counted from the start of the tile;
/// - `advance` takes whole runs (S15): a run starts when the arrivals of all its vectors
///   are known;
/// - counters grow as cycles become certain; those of products and updates are complete
///   after `end_tile`.
class RunAhead {
 public:
  /// \param activations  the PE's part of the tile; outlives it
  void start_tile(const TileJob& job, std::int64_t pe, const memory::ActivationBuffer& activations,
                  const FaultPlan& fault);

  /// \param start  first cycle in which a step of the group may issue (S26)
  /// \param sums   the group's buffer, one value per window entry, zeroed; empty when values
  ///               are not wanted
  void start_group(std::int64_t group, std::int64_t start, std::span<std::int64_t> sums);

  /// Issues every step that can be placed with certainty.
  /// \return pop times of the entries popped, in stream order; valid until the next call
  std::span<const std::int64_t> advance(const ArrivalView& arrivals);

  /// The tile's last group is over: completes the counters.
  void end_tile();

  [[nodiscard]] bool finished() const { return finished_; }
  /// Cycles elapsed when the PE had finished its group (S21).
  [[nodiscard]] std::int64_t finish_cycle() const { return finish_; }

  [[nodiscard]] const memory::Counters& counters() const { return counters_; }
  memory::Counters& counters() { return counters_; }
  [[nodiscard]] const StepPaths& paths() const { return paths_; }

 private:
  void load_operands(const memory::ActivationBuffer& activations);
  void finish(const ArrivalView& arrivals);
  void add_sums();

  const TileJob* job_ = nullptr;
  bool use_kernel_ = false;  ///< steps by the kernel
  bool sum_blocks_ = false;  ///< sums block by block, when a group is finished
  GeneralSteps general_;
  StepOperands operands_;
  std::vector<SumOperand> sum_operands_;    ///< activations that are not zero
  std::vector<std::uint32_t> sum_offsets_;  ///< first of each block, plus the end
  std::vector<std::int64_t> block_sums_;    ///< [window position][channel]
  std::vector<std::uint8_t> queues_;
  StepState state_;
  std::size_t group_first_ = 0, group_end_ = 0;  ///< entries of the group
  std::span<std::int64_t> sums_;
  std::vector<std::int64_t> pops_;
  bool finished_ = false;
  std::int64_t finish_ = 0;
  memory::Counters counters_;
  StepPaths paths_;
};

}  // namespace scnn::pe
