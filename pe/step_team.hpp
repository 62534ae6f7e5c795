/// PEs that the decoupled machine computes side by side, between the points where they can
/// influence each other.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "memory/links.hpp"
#include "pe/fault.hpp"
#include "pe/group_replay.hpp"
#include "pe/links.hpp"
#include "pe/rehearsal.hpp"
#include "pe/run_ahead.hpp"
#include "pe/team_steps.hpp"
#include "pe/workers.hpp"

namespace scnn::pe {

/// Keeps the time of its members while they run a group: as far as the arrivals allow, it runs
/// them ahead of the kernel, by the step kernel or by a record of how the group will go.
///
/// Contract: whenever arrivals have become known, `look` at them and at the group's command, and
/// have a StepShare run it; when `stuck`, once more after the rows of the group are made. `end` a
/// group that is `finished`.
class StepTeam {
 public:
  /// \param first    number of the first member; the others follow
  /// \param members  at most kTeam; outlive the team
  StepTeam(std::int64_t first, std::vector<RunAhead*> members, const FaultPlan& fault,
           Rehearsal& rehearsal);

  /// The team keeps its members' time while they work on this.
  [[nodiscard]] bool takes(const TileJob& job) const;
  [[nodiscard]] std::size_t size() const { return members_.size(); }

  /// The command of a group, and its arrivals. Both outlive the group.
  void look(const PeCommand& command, const memory::ArrivalReport& arrivals) {
    command_ = &command;
    arrivals_ = &arrivals;
  }
  /// On any thread: follows the command, and goes by the record of the group as far as the arrivals
  /// allow, if it has one.
  /// \return if it has none, the steps to be advanced as far as the arrivals allow, before
  /// `advanced`
  ///         is called; else null
  TeamSteps* follow();
  void advanced();
  [[nodiscard]] ArrivalView view() const;
  /// The group does not go as recorded, and the team needs its rows.
  [[nodiscard]] bool stuck() const { return stuck_; }
  /// For each entry popped last, in stream order, when the last member popped it.
  [[nodiscard]] std::span<const std::int64_t> pops() const { return times_; }
  /// The members have no activations in the tile: each pops a vector as it arrives, and other
  /// PEs no sooner.
  [[nodiscard]] bool idle() const { return operands_->idle(); }
  /// The group's block whose vectors are to be taken next; 0 before the group has begun.
  [[nodiscard]] std::size_t block(const PeCommand& command) const;
  [[nodiscard]] bool finished() const {
    return record_ != nullptr ? replay_.finished() : steps_.finished();
  }
  /// Tells the members how their group went, and returns it.
  std::vector<GroupTimes> end();

 private:
  void begin_tile(const PeCommand& c);
  void load_operands();
  void begin_group(const PeCommand& c);
  void start_steps();
  void repeat();
  void keep(std::span<const GroupTimes> times);

  std::size_t number_;  ///< among the teams
  std::vector<RunAhead*> members_;
  bool faulty_;
  Rehearsal& rehearsal_;

  const PeCommand* command_ = nullptr;
  const memory::ArrivalReport* arrivals_ = nullptr;
  TeamOperands own_operands_;
  const TeamOperands* operands_ = nullptr;  ///< its own, or those kept of the tile
  TeamSteps steps_;
  GroupReplay replay_;
  const GroupRecord* record_ = nullptr;  ///< the group goes by this
  bool stuck_ = false;                   ///< it no longer does, and has no rows yet
  std::size_t repeated_ = 0;  ///< pops of the group that were told before it left the record
  const TileJob* job_ = nullptr;
  std::vector<std::int64_t> group_pops_;  ///< all of the group, to be kept
  std::uint64_t tile_ = 0;                ///< serial number
  std::int64_t group_ = -1, start_ = 0;
  std::span<const std::int64_t> times_;
};

/// Teams that one thread runs together.
class StepShare : public Task {
 public:
  std::vector<StepTeam*> teams;
  void work() override;

 private:
  std::vector<StepTeam*> stepping_;
  std::vector<TeamSteps*> steps_;
  TeamSteps::Room room_;
};

}  // namespace scnn::pe
