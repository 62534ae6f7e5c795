/// The accelerator: the tree of modules every run goes through.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <systemc>

#include "memory/architecture.hpp"
#include "memory/counters.hpp"
#include "memory/dram_channel.hpp"
#include "memory/engine.hpp"
#include "memory/failures.hpp"
#include "memory/weight_broadcast.hpp"
#include "pe/halo_network.hpp"
#include "pe/pe.hpp"
#include "pe/step_teams.hpp"
#include "sim/sequencer.hpp"

namespace scnn::sim {

/// Collects what the PPUs hand over at the end of a layer, for the user of the machine.
class OutputCollector : public sc_core::sc_module, public pe::ResultSink {
 public:
  explicit OutputCollector(const sc_core::sc_module_name& name) : sc_core::sc_module(name) {}

  void begin(const LayerShape& shape);
  void deliver(const pe::HaloRow& sums, std::span<const double> outputs) override;
  Tensor<std::int64_t> accumulated;  ///< `[1][K][Ho][Wo]`
  Tensor<float> output;              ///< `[1][K][Ho][Wo]`
};

class Accelerator : public sc_core::sc_module {
 public:
  Accelerator(const sc_core::sc_module_name& name, const memory::Architecture& arch,
              memory::Engine engine, const pe::FaultPlan& fault, pe::Workers& workers,
              memory::Failures& failures);
  ~Accelerator() override;

  [[nodiscard]] Sequencer& sequencer() { return *sequencer_; }
  [[nodiscard]] OutputCollector& collector() { return collector_; }
  [[nodiscard]] memory::DramChannel& dram() { return dram_; }
  [[nodiscard]] memory::WeightBroadcast& broadcast() { return broadcast_; }
  [[nodiscard]] pe::Rehearsal& rehearsal() { return rehearsal_; }
  [[nodiscard]] std::vector<std::unique_ptr<pe::Pe>>& pes() { return pes_; }
  /// The command the PEs follow.
  [[nodiscard]] const pe::PeCommand& command() const;
  /// The clock of the clocked machine. \pre clocked
  [[nodiscard]] sc_core::sc_clock& clock() { return *clock_; }

 private:
  struct Wires;

  void bind_array();
  void bind_pe(std::size_t p);
  void make_teams(const pe::FaultPlan& fault, pe::Workers& workers, memory::Failures& failures);

  memory::Engine engine_;
  std::unique_ptr<sc_core::sc_clock> clock_;
  std::unique_ptr<sc_core::sc_signal<bool>> no_clock_;
  std::unique_ptr<Wires> wires_;
  memory::DramChannel dram_;
  memory::WeightBroadcast broadcast_;
  pe::HaloNetwork halo_;
  OutputCollector collector_;
  std::unique_ptr<Sequencer> sequencer_;
  std::vector<std::unique_ptr<pe::Pe>> pes_;
  std::unique_ptr<pe::StepTeams> teams_;  ///< decoupled only
  pe::Rehearsal rehearsal_;               ///< reads what the teams have loaded: ends before them
};

}  // namespace scnn::sim
