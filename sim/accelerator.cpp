#include "sim/accelerator.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace scnn::sim {

void OutputCollector::begin(const LayerShape& shape) {
  accumulated = Tensor<std::int64_t>({1, shape.K, shape.Ho(), shape.Wo()});
  output = Tensor<float>({1, shape.K, shape.Ho(), shape.Wo()});
}

void OutputCollector::deliver(const pe::HaloRow& sums, std::span<const double> outputs) {
  const auto at = static_cast<std::ptrdiff_t>(accumulated.index(0, sums.k, sums.oy, sums.ox));
  std::copy(sums.sums.begin(), sums.sums.end(), accumulated.data().begin() + at);
  std::transform(outputs.begin(), outputs.end(), output.data().begin() + at,
                 [](double v) { return static_cast<float>(v); });
}

struct Accelerator::Wires {
  memory::Wire<memory::StreamCommand> stream{"stream_command"};
  memory::Wire<memory::OnChipReport> on_chip{"on_chip"};
  memory::Wire<memory::ArrivalReport> arrivals{"arrivals"};
  memory::Wire<pe::PeCommand> command{"pe_command"};
  memory::Wire<pe::DrainCommand> drain{"drain_command"};
  memory::Wire<pe::OutputCommand> output{"output_command"};
  // One per PE; a deque, because wires stay where they are.
  std::deque<memory::Wire<memory::PopReport>> pops;
  std::deque<memory::Wire<pe::FinishReport>> finish;
  std::deque<memory::Wire<pe::DrainReport>> drained;
  std::deque<memory::Wire<pe::OutputReport>> outputs;

  explicit Wires(std::int64_t pes) {
    for (std::int64_t p = 0; p < pes; ++p) {
      pops.emplace_back(fmt::format("pops_{}", p).c_str());
      finish.emplace_back(fmt::format("finish_{}", p).c_str());
      drained.emplace_back(fmt::format("drained_{}", p).c_str());
      outputs.emplace_back(fmt::format("output_report_{}", p).c_str());
    }
  }
};

Accelerator::Accelerator(const sc_core::sc_module_name& name, const memory::Architecture& arch,
                         memory::Engine engine, const pe::FaultPlan& fault, pe::Workers& workers,
                         memory::Failures& failures)
    : sc_core::sc_module(name),
      engine_(engine),
      wires_(std::make_unique<Wires>(arch.pe_count())),
      dram_("dram_channel", arch, engine, failures),
      broadcast_("weight_broadcast", arch, engine, failures),
      halo_("halo_network", arch.pe_count()),
      collector_("output_collector"),
      rehearsal_(workers) {
  using sc_core::SC_NS;
  if (engine == memory::Engine::clocked) {
    // The first rising edge comes after a layer's first commands.
    clock_ = std::make_unique<sc_core::sc_clock>("clock", 1, SC_NS, 0.5, 1, SC_NS, true);
    auto clocked = std::make_unique<ClockedSequencer>("sequencer", arch, fault, failures);
    clocked->clock(*clock_);
    sequencer_ = std::move(clocked);
  } else {
    no_clock_ = std::make_unique<sc_core::sc_signal<bool>>("no_clock");
    sequencer_ = std::make_unique<DecoupledSequencer>("sequencer", arch, fault, workers, rehearsal_,
                                                      failures);
  }
  for (std::int64_t p = 0; p < arch.pe_count(); ++p)
    pes_.push_back(std::make_unique<pe::Pe>(fmt::format("pe_{}", p).c_str(), arch, p, engine, fault,
                                            workers, failures));
  bind_array();
  for (std::size_t p = 0; p < pes_.size(); ++p) bind_pe(p);
  if (engine == memory::Engine::decoupled) make_teams(fault, workers, failures);
}

void Accelerator::make_teams(const pe::FaultPlan& fault, pe::Workers& workers,
                             memory::Failures& failures) {
  std::vector<pe::RunAhead*> members;
  for (auto& pe : pes_) members.push_back(&pe->ahead());
  teams_ =
      std::make_unique<pe::StepTeams>("step_teams", members, fault, workers, rehearsal_, failures);
  teams_->command(wires_->command);
  teams_->arrivals(wires_->arrivals);
  for (std::size_t t = 0; t < teams_->pops.size(); ++t)
    teams_->pops[t](wires_->pops[t * pe::kTeam]);
  for (std::size_t p = 0; p < pes_.size(); ++p) {
    teams_->finish[p](wires_->finish[p]);
    pes_[p]->join(teams_->of(p));
  }
}

Accelerator::~Accelerator() = default;

const pe::PeCommand& Accelerator::command() const { return wires_->command.read(); }

void Accelerator::bind_array() {
  auto clocked = [this](auto& port) {
    if (engine_ == memory::Engine::clocked)
      port(*clock_);
    else
      port(*no_clock_);
  };
  clocked(dram_.clock);
  clocked(broadcast_.clock);
  for (auto& p : pes_) clocked(p->clock);
  sequencer_->stream(wires_->stream);
  sequencer_->command(wires_->command);
  sequencer_->drain(wires_->drain);
  sequencer_->output(wires_->output);
  dram_.command(wires_->stream);
  dram_.on_chip(wires_->on_chip);
  broadcast_.command(wires_->stream);
  broadcast_.on_chip(wires_->on_chip);
  broadcast_.arrivals(wires_->arrivals);
}

void Accelerator::bind_pe(std::size_t p) {
  pe::Pe& pe = *pes_[p];
  pe.command(wires_->command);
  pe.arrivals(wires_->arrivals);
  pe.drain(wires_->drain);
  pe.output(wires_->output);
  pe.pops(wires_->pops[p]);
  broadcast_.pops[p](wires_->pops[p]);
  pe.finish(wires_->finish[p]);
  sequencer_->finish[p](wires_->finish[p]);
  pe.drained(wires_->drained[p]);
  sequencer_->drained[p](wires_->drained[p]);
  pe.output_report(wires_->outputs[p]);
  sequencer_->output_reports[p](wires_->outputs[p]);
  pe.halo_out(halo_);
  halo_.pes[p](pe.halo_in);
  pe.results(collector_);
}

}  // namespace scnn::sim
