/// One PE's time and work, computed ahead of the kernel (machine.md S15-S21, S28).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "memory/activation_buffer.hpp"
#include "memory/counters.hpp"
#include "pe/activation_operands.hpp"
#include "pe/fault.hpp"
#include "pe/general_steps.hpp"
#include "pe/group_times.hpp"
#include "pe/position_sums.hpp"
#include "pe/product_sums.hpp"
#include "pe/step_paths.hpp"
#include "pe/step_tables.hpp"
#include "pe/tile_job.hpp"

namespace scnn::pe {

/// A PE's time and work, computed ahead of the kernel.
///
/// Alone: multiplier array, crossbar and bank queues as one recurrence, one product at a
/// time. In a team: the team computes the time (TeamSteps), this the work.
///
/// Contract:
/// - cycles are counted from the start of the tile;
/// - `advance` takes whole runs (S15): a run starts when the arrivals of all its vectors
///   are known;
/// - counters grow as cycles become certain; those of steps, products and updates are
///   complete after `end_tile`.
class RunAhead {
 public:
  /// \param activations  the PE's part of the tile; outlives it
  /// \param in_team      a team computes the PE's time
  void start_tile(const TileJob& job, std::int64_t pe, const memory::ActivationBuffer& activations,
                  const FaultPlan& fault, bool in_team);

  /// \param start  first cycle in which a step of the group may issue (S26)
  /// \param sums   the group's buffer, one value per window entry, zeroed; empty when values
  ///               are not wanted
  void start_group(std::int64_t group, std::int64_t start, std::span<std::int64_t> sums);

  /// Alone: issues every step that can be placed with certainty.
  /// \return pop times of the entries popped, in stream order; valid until the next call but
  ///         one
  std::span<const std::int64_t> advance(const ArrivalView& arrivals);
  /// In a team: the group is finished.
  void finish_group(const GroupTimes& times);

  /// The tile's last group is over: completes the counters.
  void end_tile();

  /// Alone: tells every step from now on. \param observer  outlives the steps
  void observe(StepObserver& observer);
  /// Alone: updates in the bank queues at the end of a cycle. \pre as GeneralSteps::queued
  [[nodiscard]] std::int64_t queued(std::int64_t cycle) const { return general_.queued(cycle); }

  [[nodiscard]] bool in_team() const { return in_team_; }
  [[nodiscard]] const ActivationOperands& operands() const { return *operands_; }
  [[nodiscard]] bool finished() const { return finished_; }
  /// Cycles elapsed when the PE had finished its group (S21).
  [[nodiscard]] std::int64_t finish_cycle() const { return finish_; }

  [[nodiscard]] const memory::Counters& counters() const { return counters_; }
  memory::Counters& counters() { return counters_; }
  [[nodiscard]] const StepPaths& paths() const { return paths_; }
  StepPaths& paths() { return paths_; }

 private:
  void finish(const ArrivalView& arrivals);
  void load_operands(const memory::ActivationBuffer& activations);
  void count_work();
  [[nodiscard]] memory::Counters count_products() const;

  const TileJob* job_ = nullptr;
  bool in_team_ = false;
  bool sum_groups_ = false;  ///< sums a whole group when it starts
  GeneralSteps general_;
  StepObserver* observer_ = nullptr;
  ActivationOperands own_operands_;
  const ActivationOperands* operands_ = &own_operands_;  ///< its own, or those kept of the tile
  std::int64_t pe_ = 0;
  PositionSums position_sums_;  ///< or, for large windows:
  ProductSums product_sums_;
  StepState state_;
  std::size_t group_first_ = 0, group_end_ = 0;  ///< entries of the group
  std::span<std::int64_t> sums_;
  std::vector<std::int64_t> pops_[2];  ///< in turn: what was returned last stays a while
  std::size_t turn_ = 0;
  bool finished_ = false;
  std::int64_t finish_ = 0;
  memory::Counters counters_;
  StepPaths paths_;
};

}  // namespace scnn::pe
