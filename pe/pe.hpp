/// A processing element: its units, and what connects them (machine.md section 4).
#pragma once

#include <cstdint>
#include <memory>
#include <systemc>

#include "memory/architecture.hpp"
#include "memory/counters.hpp"
#include "memory/engine.hpp"
#include "memory/failures.hpp"
#include "memory/iaram.hpp"
#include "memory/links.hpp"
#include "memory/oaram.hpp"
#include "memory/weight_fifo.hpp"
#include "memory/wire.hpp"
#include "pe/accumulator_banks.hpp"
#include "pe/crossbar.hpp"
#include "pe/fault.hpp"
#include "pe/links.hpp"
#include "pe/multiplier_array.hpp"
#include "pe/ppu.hpp"
#include "pe/run_ahead.hpp"
#include "pe/step_team.hpp"
#include "pe/workers.hpp"

namespace scnn::pe {

/// Clocked: the units' own processes do the work. Decoupled: the units' common recurrence
/// (RunAhead) runs ahead of the kernel. A PE that has joined a team leaves its time to it;
/// else this module's processes run it as far as the arrivals allow, and report pops and
/// finished groups through its ports.
class Pe : public sc_core::sc_module, private Task {
 public:
  sc_core::sc_in<bool> clock{"clock"};
  memory::WireIn<PeCommand> command{"command"};
  memory::WireIn<memory::ArrivalReport> arrivals{"arrivals"};
  memory::WireOut<memory::PopReport> pops{"pops"};
  memory::WireOut<FinishReport> finish{"finish"};
  memory::WireIn<DrainCommand> drain{"drain"};
  memory::WireOut<DrainReport> drained{"drained"};
  memory::WireIn<OutputCommand> output{"output"};
  memory::WireOut<OutputReport> output_report{"output_report"};
  sc_core::sc_port<HaloSink> halo_out{"halo_out"};
  sc_core::sc_export<HaloReceiver> halo_in{"halo_in"};
  sc_core::sc_port<ResultSink> results{"results"};

  Pe(const sc_core::sc_module_name& name, const memory::Architecture& arch, std::int64_t number,
     memory::Engine engine, const FaultPlan& fault, Workers& workers, memory::Failures& failures);

  /// Leaves this PE's time to a team, whenever that takes the tile. Decoupled only.
  void join(const StepTeam& team) { team_ = &team; }
  RunAhead& ahead() { return ahead_; }

  /// Counters of this PE's units since the last call of `reset_counters`; activities,
  /// work, and its own references.
  [[nodiscard]] memory::Counters counters();
  void reset_counters();
  /// Stored activations since the last reset, placeholders included (S27): of all
  /// tiles, and of the fullest one.
  [[nodiscard]] std::uint64_t stored_activations() const { return stored_; }
  [[nodiscard]] std::uint64_t fullest_tile() const { return fullest_; }

  /// What an observer sees of the PE after a rising edge; clocked only.
  struct Probe {
    Activity activity = Activity::none;
    std::uint64_t fifo_level = 0;
    std::int64_t deepest_queue = 0;
    bool draining = false;
    std::int32_t step_block = kNoBlock;  ///< once `observe_steps` was called
  };
  [[nodiscard]] Probe probe() const;
  void observe_steps() { multipliers_.observe(); }
  /// Updates in its bank queues after a rising edge; clocked only.
  [[nodiscard]] std::int64_t queued_updates() const { return banks_.queued(); }
  /// Its part of the tile.
  [[nodiscard]] const memory::ActivationBuffer& activations() const { return iaram_.buffer(); }

 private:
  void load();
  void submit();
  void report();
  void work() override;
  void follow(const PeCommand& c);
  [[nodiscard]] bool runs() const { return phase_ == ArrayPhase::run && !ahead_.in_team(); }
  void begin_tile(const PeCommand& c);
  void load_tile(const TileJob& job);

  const memory::Architecture& arch_;
  std::int64_t number_;
  memory::Engine engine_;
  FaultPlan fault_;
  Workers& workers_;
  memory::Failures& failures_;

  memory::WeightFifo fifo_;
  memory::Iaram iaram_;
  MultiplierArray multipliers_;
  Crossbar crossbar_;
  AccumulatorBanks banks_;
  Ppu ppu_;
  memory::Oaram oaram_;

  std::uint64_t tile_ = 0;
  std::int64_t group_ = -1;
  ArrayPhase phase_ = ArrayPhase::idle;
  bool reported_ = false;
  std::size_t popped_ = 0;
  RunAhead ahead_;
  std::span<const std::int64_t> times_;  ///< pops of the last work, not yet reported
  const StepTeam* team_ = nullptr;
  bool submitted_ = false, worked_ = false;
  sc_core::sc_event submitted_event_;
  std::uint64_t halo_before_ = 0;
  std::uint64_t stored_ = 0, fullest_ = 0;
  std::uint64_t command_ = 0;  ///< serial number of the last command followed
};

}  // namespace scnn::pe
