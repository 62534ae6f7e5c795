/// The teams of the decoupled machine, between the kernel's wires.
#pragma once

#include <cstdint>
#include <systemc>
#include <vector>

#include "memory/failures.hpp"
#include "memory/links.hpp"
#include "memory/wire.hpp"
#include "pe/links.hpp"
#include "pe/rehearsal.hpp"
#include "pe/step_team.hpp"
#include "pe/workers.hpp"

namespace scnn::pe {

/// Runs the teams on the threads, and reports their pops and the group's finish.
///
/// Decoupled machine only. Teams that the step kernel cannot take rest, and their members keep
/// their own time. Those that take a tile and have activations take the same vectors in the same
/// runs, so neighbours tell their pops together: of each entry, when the last of them popped it.
/// Teams without activations pop no entry later than the others, and are told of only where there
/// are no others.
class StepTeams : public sc_core::sc_module {
 public:
  memory::WireIn<PeCommand> command{"command"};
  memory::WireIn<memory::ArrivalReport> arrivals{"arrivals"};
  sc_core::sc_vector<memory::WireOut<memory::PopReport>> pops;  ///< of each team's first PE
  sc_core::sc_vector<memory::WireOut<FinishReport>> finish;     ///< per PE

  /// \param members  all PEs in order; outlive the teams
  StepTeams(const sc_core::sc_module_name& name, const std::vector<RunAhead*>& members,
            const FaultPlan& fault, Workers& workers, Rehearsal& rehearsal,
            memory::Failures& failures);

  /// The team of a PE.
  [[nodiscard]] const StepTeam& of(std::size_t pe) const { return teams_[pe / kTeam]; }

 private:
  void follow();
  void load();
  void launch();
  void proceed();
  void submit();
  void report();
  void run_teams();
  void share(const std::vector<StepTeam*>& teams);
  void make_rows();
  void tell_pops();
  void group_over();

  Workers& workers_;
  Rehearsal& rehearsal_;
  memory::Failures& failures_;
  std::vector<StepTeam> teams_;
  std::vector<StepTeam*> running_;  ///< that take the tile, while a group runs
  std::vector<StepTeam*> stuck_;    ///< of these
  std::vector<StepShare> shares_;   ///< a thread's each
  std::uint64_t command_ = 0;       ///< serial number of the last one followed
  bool submitted_ = false;          ///< waits for the work to be reported
  bool missed_ = false;             ///< arrivals came while submitted
  std::uint64_t tile_ = 0;
  std::size_t popped_ = 0;               ///< entries of the tile
  std::vector<std::int64_t> latest_[2];  ///< pops, in turn: what was told last stays a while
  std::size_t turn_ = 0;
  sc_core::sc_event loading_, loaded_, submitted_event_;
};

}  // namespace scnn::pe
