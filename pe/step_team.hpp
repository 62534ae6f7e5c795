/// PEs that the decoupled machine computes side by side, between the points where they can
/// influence each other.
#pragma once

#include <cstdint>
#include <span>
#include <systemc>
#include <vector>

#include "memory/failures.hpp"
#include "memory/links.hpp"
#include "memory/wire.hpp"
#include "pe/fault.hpp"
#include "pe/group_replay.hpp"
#include "pe/links.hpp"
#include "pe/run_ahead.hpp"
#include "pe/team_steps.hpp"
#include "pe/workers.hpp"

namespace scnn::pe {

/// Keeps the time of its members while they run a group: as far as the arrivals allow, it
/// runs them ahead of the kernel, and reports their pops and the group's finish.
///
/// Decoupled machine only. A team that the step kernel cannot take (`takes`) rests, and
/// its members keep their own time.
class StepTeam : public sc_core::sc_module, private Task {
 public:
  memory::WireIn<PeCommand> command{"command"};
  memory::WireIn<memory::ArrivalReport> arrivals{"arrivals"};
  memory::WireOut<memory::PopReport> pops{"pops"};
  sc_core::sc_vector<memory::WireOut<FinishReport>> finish;  ///< per member

  /// \param first    number of the first member; the others follow
  /// \param members  at most kTeam; outlive the team
  StepTeam(const sc_core::sc_module_name& name, std::int64_t first, std::vector<RunAhead*> members,
           const FaultPlan& fault, Workers& workers, memory::Failures& failures);

  /// The team keeps its members' time while they work on this.
  [[nodiscard]] bool takes(const TileJob& job) const;

 private:
  void follow();
  void load();
  void launch();
  void proceed();
  void submit();
  void report();
  void make_rows();
  void work() override;
  void begin_tile(const PeCommand& c);
  void begin_group(const PeCommand& c);
  void advance(const ArrivalView& view);
  void advance_steps(const ArrivalView& view);
  void start_steps();
  void group_over();
  void keep(std::span<const GroupTimes> times);

  std::size_t number_;  ///< among the teams
  std::vector<RunAhead*> members_;
  bool faulty_;
  Workers& workers_;
  memory::Failures& failures_;

  TeamSteps steps_;
  bool steps_loaded_ = false;  ///< of the tile
  GroupReplay replay_;
  const GroupRecord* record_ = nullptr;  ///< the group goes by this
  bool stuck_ = false;                   ///< it no longer does, and has no tables yet
  std::size_t repeated_ = 0;  ///< pops of the group that were told before it left the record
  const TileJob* job_ = nullptr;
  std::vector<std::int64_t> group_pops_;  ///< all of the group, to be kept
  std::uint64_t command_ = 0, tile_ = 0;  ///< serial numbers of the last ones followed
  std::int64_t group_ = -1, start_ = 0;
  bool running_ = false;    ///< a group that is not finished
  bool submitted_ = false;  ///< waits for its work to be done, or reported
  bool worked_ = false;
  bool missed_ = false;     ///< arrivals came while submitted
  std::size_t popped_ = 0;  ///< entries of the tile
  std::span<const std::int64_t> times_;
  sc_core::sc_event loading_, loaded_, submitted_event_;
};

}  // namespace scnn::pe
