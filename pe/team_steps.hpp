/// The time of up to eight PEs, computed side by side ahead of the kernel (machine.md
/// S15-S21, S28).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pe/run_ahead.hpp"
#include "pe/step_kernel.hpp"
#include "pe/tile_job.hpp"

namespace scnn::pe {

/// Multiplier arrays, crossbars and bank queues of a team as one recurrence.
///
/// The next step of a member issues in the first cycle that is after its previous issue,
/// after its weight vector's arrival, and in which none of its bank queues is above the
/// threshold. No cycle needs to be visited in which nothing issues.
///
/// Contract:
/// - cycles are counted from the start of the tile;
/// - arrivals told in `advance` stay where they are until the last `times`;
/// - `advance` takes whole runs (S15): a run starts when the arrivals of all its vectors
///   are known; a team without activations pops all that is known;
/// - what becomes of products, and their sums, is the members' own affair (RunAhead).
class TeamSteps {
 public:
  /// \param operands  of the team; outlive the tile
  void start_tile(const TileJob& job, const TeamOperands& operands);

  /// \param start  first cycle in which a step of the group may issue (S26)
  /// \param rows   made before arrivals are told; outlive the group
  void start_group(std::int64_t group, std::int64_t start, const StepRows& rows);

  /// What teams that advance together work in.
  struct Room {
    std::vector<TeamState*> waiting, together;
    std::vector<TeamNumbers> numbers;
  };
  /// Issues every step that can be placed with certainty, of teams that run the same group.
  static void advance(std::span<TeamSteps* const> teams, const ArrivalView& arrivals, Room& room);
  /// For each entry popped by the last `advance`, in stream order, when the last member popped it.
  [[nodiscard]] std::span<const std::int64_t> pops() const {
    return std::span(pops_).first(state_.popped);
  }

  [[nodiscard]] bool finished() const { return finished_; }
  /// The group's block whose vectors are to be taken next.
  [[nodiscard]] std::size_t block() const { return state_.block; }
  /// How the group went for a member. \pre finished
  [[nodiscard]] GroupTimes times(std::size_t member) const;

 private:
  void look(const ArrivalView& arrivals);
  void pop_all();

  TeamState state_;
  const TileJob* job_ = nullptr;
  const TeamOperands* operands_ = nullptr;
  std::vector<std::uint8_t> queues_;
  ArrivalView arrivals_;
  std::int64_t start_ = 0;
  std::int64_t popped_ = 0;                      ///< last pop of a team that only pops
  std::size_t group_first_ = 0, group_end_ = 0;  ///< entries of the group
  std::vector<std::int64_t> pops_;
  bool finished_ = false;
};

}  // namespace scnn::pe
