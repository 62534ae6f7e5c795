// A machine with any one of its ports left unbound must fail, not finish. Machines are
// built by hand here, as Accelerator and Pe build theirs, each in a process of its own.
#include <catch2/catch.hpp>
#include <deque>
#include <sstream>

#include "pe/step_teams.hpp"
#include "sim/accelerator.hpp"
#include "sim/layer_job.hpp"
#include "sim/verification.hpp"
#include "sparse_formats/error.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/one_layer.hpp"
#include "tests/support/random_layer.hpp"

using namespace scnn;
using namespace scnn::test;
using memory::Engine;
using memory::Wire;

namespace {

/// Binds ports by name, all but one.
class Binder {
 public:
  explicit Binder(std::string leave_out) : leave_out_(std::move(leave_out)) {}

  template <class Port, class Target>
  void operator()(const std::string& name, Port& port, Target& target) {
    names_.push_back(name);
    if (name != leave_out_) port(target);
  }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

 private:
  std::string leave_out_;
  std::vector<std::string> names_;
};

memory::Architecture two_pes() {
  memory::Architecture a;
  a.pe_rows = 1;
  a.pe_cols = 2;
  a.kc = 2;
  return a;
}

/// A layer in which both PEs have work, halos and K-groups.
workloads::QuantisedLayer busy_layer() {
  Draw draw(1, "busy layer");
  auto layer = make_layer({.C = 2, .H = 4, .W = 8, .K = 4, .R = 3, .S = 3}, {}, {});
  layer.weights = random_tensor(draw, {4, 2, 3, 3}, 60, 8);
  layer.input = random_tensor(draw, {1, 2, 4, 8}, 60, 8);
  return layer;
}

/// The accelerator's wires and modules.
class HandMade {
 public:
  HandMade(Engine engine, const std::string& leave_out)
      : engine_(engine), bind_(leave_out), fault_{} {
    if (engine == Engine::clocked) {
      auto clocked = std::make_unique<sim::ClockedSequencer>("sequencer", arch_, fault_, failures_);
      bind_clock("sequencer.clock", clocked->clock);
      sequencer_ = std::move(clocked);
    } else {
      sequencer_ = std::make_unique<sim::DecoupledSequencer>("sequencer", arch_, fault_, workers_,
                                                             rehearsal_, failures_);
    }
    bind_array();
    for (std::size_t p = 0; p < 2; ++p) add_pe(p);
    if (engine_ == Engine::decoupled) add_teams();
  }
  [[nodiscard]] const std::vector<std::string>& names() const { return bind_.names(); }

  /// Runs a layer to its end and checks its values.
  void run(const workloads::QuantisedLayer& layer) {
    const sim::LayerJob job(layer, arch_, true);
    collector_.begin(layer.spec.shape);
    sequencer_->start(job);
    sc_core::sc_start();
    failures_.rethrow_if_any();
    if (!sequencer_->done()) throw ModelError("not done");
    sim::verify(layer, collector_.accumulated, job.output().owners);
  }

 private:
  void bind_clock(const std::string& name, sc_core::sc_in<bool>& port) {
    if (engine_ == Engine::clocked)
      bind_(name, port, clock_);
    else
      bind_(name, port, no_clock_);
  }
  void bind_array() {
    bind_("sequencer.stream", sequencer_->stream, stream_);
    bind_("sequencer.command", sequencer_->command, command_);
    bind_("sequencer.drain", sequencer_->drain, drain_);
    bind_("sequencer.output", sequencer_->output, output_);
    bind_clock("dram.clock", dram_.clock);
    bind_("dram.command", dram_.command, stream_);
    bind_("dram.on_chip", dram_.on_chip, on_chip_);
    bind_clock("broadcast.clock", broadcast_.clock);
    bind_("broadcast.command", broadcast_.command, stream_);
    bind_("broadcast.on_chip", broadcast_.on_chip, on_chip_);
    bind_("broadcast.arrivals", broadcast_.arrivals, arrivals_);
  }
  void add_pe(std::size_t p) {
    const std::string n = std::to_string(p);
    auto& pops = pops_.emplace_back(("pops" + n).c_str());
    auto& finish = finish_.emplace_back(("finish" + n).c_str());
    auto& drained = drained_.emplace_back(("drained" + n).c_str());
    auto& report = reports_.emplace_back(("report" + n).c_str());
    pe::Pe& pe = pes_.emplace_back(("pe" + n).c_str(), arch_, static_cast<std::int64_t>(p), engine_,
                                   fault_, workers_, failures_);
    const std::string at = "pe" + n + ".";
    bind_clock(at + "clock", pe.clock);
    bind_(at + "command", pe.command, command_);
    bind_(at + "arrivals", pe.arrivals, arrivals_);
    bind_(at + "drain", pe.drain, drain_);
    bind_(at + "output", pe.output, output_);
    bind_(at + "pops", pe.pops, pops);
    bind_("broadcast.pops" + n, broadcast_.pops[p], pops);
    bind_(at + "finish", pe.finish, finish);
    bind_("sequencer.finish" + n, sequencer_->finish[p], finish);
    bind_(at + "drained", pe.drained, drained);
    bind_("sequencer.drained" + n, sequencer_->drained[p], drained);
    bind_(at + "output_report", pe.output_report, report);
    bind_("sequencer.output_reports" + n, sequencer_->output_reports[p], report);
    bind_(at + "halo_out", pe.halo_out, halo_);
    bind_("halo.pes" + n, halo_.pes[p], pe.halo_in);
    bind_(at + "results", pe.results, collector_);
  }

  void add_teams() {
    teams_ = std::make_unique<pe::StepTeams>(
        "teams", std::vector<pe::RunAhead*>{&pes_[0].ahead(), &pes_[1].ahead()}, fault_, workers_,
        rehearsal_, failures_);
    bind_("teams.command", teams_->command, command_);
    bind_("teams.arrivals", teams_->arrivals, arrivals_);
    bind_("teams.pops", teams_->pops[0], pops_[0]);
    for (std::size_t p = 0; p < 2; ++p) {
      bind_("teams.finish" + std::to_string(p), teams_->finish[p], finish_[p]);
      pes_[p].join(teams_->of(p));
    }
  }

  Engine engine_;
  Binder bind_;
  pe::FaultPlan fault_;
  memory::Architecture arch_ = two_pes();
  memory::Failures failures_;
  pe::Workers workers_{1};
  pe::Rehearsal rehearsal_{workers_};
  sc_core::sc_clock clock_{"clock", 1, sc_core::SC_NS, 0.5, 1, sc_core::SC_NS, true};
  sc_core::sc_signal<bool> no_clock_{"no_clock"};
  Wire<memory::StreamCommand> stream_{"stream"};
  Wire<memory::OnChipReport> on_chip_{"on_chip"};
  Wire<memory::ArrivalReport> arrivals_{"arrivals"};
  Wire<pe::PeCommand> command_{"command"};
  Wire<pe::DrainCommand> drain_{"drain"};
  Wire<pe::OutputCommand> output_{"output"};
  std::deque<Wire<memory::PopReport>> pops_;
  std::deque<Wire<pe::FinishReport>> finish_;
  std::deque<Wire<pe::DrainReport>> drained_;
  std::deque<Wire<pe::OutputReport>> reports_;
  memory::DramChannel dram_{"dram", arch_, engine_, failures_};
  memory::WeightBroadcast broadcast_{"broadcast", arch_, engine_, failures_};
  pe::HaloNetwork halo_{"halo", 2};
  sim::OutputCollector collector_{"collector"};
  std::unique_ptr<sim::Sequencer> sequencer_;
  std::deque<pe::Pe> pes_;
  std::unique_ptr<pe::StepTeams> teams_;
};

/// The units of one PE, wired as Pe wires them.
class HandMadeUnits {
 public:
  HandMadeUnits(Engine engine, const std::string& leave_out)
      : bind_(leave_out),
        fifo_("fifo", arch_, engine, failures_),
        multipliers_("multipliers", arch_, engine, failures_),
        crossbar_("crossbar", arch_, engine, failures_),
        banks_("banks", arch_, engine, failures_),
        ppu_("ppu", arch_, 0, engine, failures_) {
    bind_("fifo.clock", fifo_.clock, clock_);
    bind_("fifo.arrivals", fifo_.arrivals, arrivals_);
    bind_("fifo.pops", fifo_.pops, pops_);
    bind_("multipliers.command", multipliers_.command, command_);
    bind_("multipliers.weights", multipliers_.weights, fifo_);
    bind_("multipliers.activations", multipliers_.activations, iaram_);
    bind_("multipliers.products", multipliers_.products, crossbar_);
    bind_("multipliers.banks", multipliers_.banks, banks_);
    bind_("crossbar.banks", crossbar_.banks, banks_);
    bind_("banks.finish", banks_.finish, finish_);
    bind_("ppu.clock", ppu_.clock, clock_);
    bind_("ppu.drain", ppu_.drain, drain_);
    bind_("ppu.drained", ppu_.drained, drained_);
    bind_("ppu.output", ppu_.output, output_);
    bind_("ppu.output_report", ppu_.output_report, report_);
    bind_("ppu.sums", ppu_.sums, banks_);
    bind_("ppu.halo", ppu_.halo, halo_);
    bind_("ppu.oaram", ppu_.oaram, oaram_);
    bind_("ppu.results", ppu_.results, collector_);
    bind_("halo.pes", halo_.pes[0], ppu_);
  }
  [[nodiscard]] const std::vector<std::string>& names() const { return bind_.names(); }
  void run(const workloads::QuantisedLayer& /*layer*/) {
    sc_core::sc_start(3, sc_core::SC_NS);
    failures_.rethrow_if_any();
  }

 private:
  Binder bind_;
  memory::Architecture arch_ = two_pes();
  memory::Failures failures_;
  sc_core::sc_clock clock_{"clock", 1, sc_core::SC_NS};
  Wire<memory::ArrivalReport> arrivals_{"arrivals"};
  Wire<memory::PopReport> pops_{"pops"};
  Wire<pe::PeCommand> command_{"command"};
  Wire<pe::FinishReport> finish_{"finish"};
  Wire<pe::DrainCommand> drain_{"drain"};
  Wire<pe::DrainReport> drained_{"drained"};
  Wire<pe::OutputCommand> output_{"output"};
  Wire<pe::OutputReport> report_{"report"};
  pe::HaloNetwork halo_{"halo", 1};
  sim::OutputCollector collector_{"collector"};
  memory::WeightFifo fifo_;
  memory::Iaram iaram_{"iaram"};
  pe::MultiplierArray multipliers_;
  pe::Crossbar crossbar_;
  pe::AccumulatorBanks banks_;
  pe::Ppu ppu_;
  memory::Oaram oaram_{"oaram", arch_};
};

/// Builds and runs a machine in a child; its output is the names of its ports, or the
/// message it failed with.
template <class MadeByHand>
Child::Result build_and_run(Engine engine, const std::string& leave_out) {
  Child child(
      [&](std::FILE* to) {
        const auto layer = busy_layer();
        MadeByHand machine(engine, leave_out);
        machine.run(layer);
        for (const auto& name : machine.names()) std::fprintf(to, "%s\n", name.c_str());
        return 0;
      },
      30);
  return child.wait();
}

/// \param least  ports there must be, so that a list gone empty is noticed
template <class MadeByHand>
void check_every_port(Engine engine, std::size_t least) {
  const auto complete = build_and_run<MadeByHand>(engine, "");
  INFO(complete.output);
  REQUIRE(complete.status == 0);
  std::istringstream names(complete.output);
  std::size_t ports = 0;
  for (std::string name; names >> name; ++ports) {
    const auto result = build_and_run<MadeByHand>(engine, name);
    INFO(name << " unbound: " << result.output);
    CHECK(result.status == Child::kThrown);
    CHECK_THAT(result.output, Catch::Contains("port not bound"));
  }
  CHECK(ports >= least);
}

}  // namespace

TEST_CASE("A clocked machine with any port unbound does not start") {
  check_every_port<HandMade>(Engine::clocked, 43);
}
TEST_CASE("A decoupled machine with any port unbound does not start") {
  check_every_port<HandMade>(Engine::decoupled, 42);
}
TEST_CASE("The units of a clocked PE with any port unbound do not start") {
  check_every_port<HandMadeUnits>(Engine::clocked, 20);
}
TEST_CASE("The units of a decoupled PE with any port unbound do not start") {
  check_every_port<HandMadeUnits>(Engine::decoupled, 20);
}
