/// The time of up to eight PEs, computed side by side ahead of the kernel (machine.md
/// S15-S21, S28).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pe/activation_operands.hpp"
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
/// - `advance` takes whole runs (S15): a run starts when the arrivals of all its vectors
///   are known;
/// - what becomes of products, and their sums, is the members' own affair (RunAhead).
class TeamSteps {
 public:
  /// \param members  at most kTeam; outlive the tile
  /// \pre `job.tables` has begun the tile and is `usable`
  void start_tile(const TileJob& job, std::span<const ActivationOperands* const> members);

  /// \param start  first cycle in which a step of the group may issue (S26)
  void start_group(std::int64_t group, std::int64_t start);

  /// Issues every step that can be placed with certainty.
  /// \return for each entry popped, in stream order, when the last member popped it; valid
  ///         until the next call but one
  std::span<const std::int64_t> advance(const ArrivalView& arrivals);

  [[nodiscard]] bool finished() const { return finished_; }
  /// The group's block whose vectors are to be taken next.
  [[nodiscard]] std::size_t block() const { return state_.block; }
  /// How the group went for a member. \pre finished
  [[nodiscard]] GroupTimes times(std::size_t member) const;

 private:
  void load_operands(std::span<const ActivationOperands* const> members);
  void load_member(std::size_t block, std::size_t member, const ActivationOperands* operands,
                   std::size_t phase);

  TeamState state_;
  const TileJob* job_ = nullptr;
  std::size_t members_ = 0;
  TeamOperands operands_;
  std::array<std::size_t, kTeam> filled_blocks_{};  ///< blocks up to a member's last activation
  std::vector<std::uint8_t> queues_;
  std::int64_t start_ = 0;
  std::size_t group_first_ = 0, group_end_ = 0;  ///< entries of the group
  std::vector<std::int64_t> pops_[2];            ///< in turn: what was returned last stays a while
  std::size_t turn_ = 0;
  bool finished_ = false;
};

}  // namespace scnn::pe
