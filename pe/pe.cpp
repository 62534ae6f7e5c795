#include "pe/pe.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "pe/activation_tile.hpp"
#include "pe/kept_work.hpp"
#include "sparse_formats/error.hpp"

namespace scnn::pe {

Pe::Pe(const sc_core::sc_module_name& name, const memory::Architecture& arch, std::int64_t number,
       memory::Engine engine, const FaultPlan& fault, Workers& workers, memory::Failures& failures)
    : sc_core::sc_module(name),
      arch_(arch),
      number_(number),
      engine_(engine),
      fault_(fault),
      workers_(workers),
      failures_(failures),
      fifo_("weight_fifo", arch, engine, failures),
      iaram_("iaram"),
      multipliers_("multiplier_array", arch, engine, failures),
      crossbar_("crossbar", arch, engine, failures),
      banks_("accumulator_banks", arch, engine, failures),
      ppu_("ppu", arch, number, engine, failures),
      oaram_("oaram", arch) {
  fifo_.clock(clock);
  fifo_.arrivals(arrivals);
  fifo_.pops(pops);
  multipliers_.command(command);
  multipliers_.weights(fifo_);
  multipliers_.activations(iaram_);
  multipliers_.products(crossbar_);
  multipliers_.banks(banks_);
  crossbar_.banks(banks_);
  banks_.finish(finish);
  ppu_.clock(clock);
  ppu_.drain(drain);
  ppu_.drained(drained);
  ppu_.output(output);
  ppu_.output_report(output_report);
  ppu_.sums(banks_);
  ppu_.halo(halo_out);
  ppu_.oaram(oaram_);
  ppu_.results(results);
  ppu_.set_fault(fault_);
  halo_in(ppu_);

  SC_HAS_PROCESS(Pe);
  if (engine == memory::Engine::clocked) {
    SC_METHOD(load);
    sensitive << command;
  } else {
    SC_METHOD(submit);
    sensitive << command;
    dont_initialize();
    SC_METHOD(report);
    sensitive << submitted_event_;
  }
  dont_initialize();
}

void Pe::load() {
  failures_.guard([this] {
    const PeCommand& c = command->read();
    if (c.job != nullptr && c.tile != tile_) begin_tile(c);
  });
}

/// Hands this PE's work to the threads; `report` takes it up in the next delta cycle.
void Pe::submit() {
  failures_.guard([this] {
    const PeCommand& c = command->read();
    // Arrivals are news to a PE that no team runs.
    if (c.job != nullptr && (team_ == nullptr || !team_->takes(*c.job)))
      next_trigger(command->default_event() | arrivals->default_event());
    const bool news = c.serial != command_;
    if (c.job == nullptr || submitted_ || (!news && (!runs() || reported_))) return;
    submitted_ = true;
    worked_ = false;
    workers_.submit(*this);
    submitted_event_.notify(sc_core::SC_ZERO_TIME);
  });
}

/// On any thread: follows the command, and runs as far ahead as the arrivals allow.
void Pe::work() {
  const PeCommand& c = command->read();
  if (c.tile != tile_) begin_tile(c);
  if (c.serial != command_) follow(c);
  times_ = {};
  worked_ = true;
  if (!runs() || reported_) return;
  const memory::ArrivalReport& report = arrivals->read();
  ArrivalView view;
  if (report.tile == tile_) view = {report.arrived, report.cycle, report.late_until};
  times_ = ahead_.advance(view);
}

void Pe::report() {
  failures_.guard([this] {
    if (!worked_) workers_.run_submitted();
    submitted_ = false;
    if (!times_.empty()) {
      popped_ += times_.size();
      pops->write({tile_, popped_, times_});
    }
    if (phase_ == ArrayPhase::drain) finish->write({tile_, group_ + 2, 0});
    if (!runs() || reported_ || !ahead_.finished()) return;
    reported_ = true;
    finish->write({tile_, group_ + 1, ahead_.finish_cycle()});
  });
}

void Pe::begin_tile(const PeCommand& c) {
  tile_ = c.tile;
  group_ = -1;
  phase_ = ArrayPhase::idle;
  popped_ = 0;
  load_tile(*c.job);
  const std::uint64_t stored = iaram_.buffer().elements().size();
  stored_ += stored;
  fullest_ = std::max(fullest_, stored);
  banks_.begin_tile(tile_, *c.job);
  if (engine_ == memory::Engine::decoupled) {
    ahead_.start_tile(*c.job, number_, iaram_.buffer(), fault_,
                      team_ != nullptr && team_->takes(*c.job));
  } else {
    fifo_.begin_tile(tile_);
    multipliers_.begin_tile(*c.job, number_, fault_);
    crossbar_.begin_tile(*c.job, number_, fault_);
  }
}

/// Compresses the tile, or takes what an earlier machine has kept of it.
void Pe::load_tile(const TileJob& job) {
  if (job.kept == nullptr) {
    iaram_.load(activation_layout(job, number_), *job.input);
    return;
  }
  KeptWork::Pe& kept = job.kept->pes[static_cast<std::size_t>(number_)];
  if (!kept.loaded) kept.activations.load(activation_layout(job, number_), *job.input);
  kept.loaded = true;
  iaram_.hold(kept.activations);
}

/// Accounts for the time between the PE's finish and what the array does next, and takes
/// the next group.
void Pe::follow(const PeCommand& c) {
  memory::Counters& counters = ahead_.counters();
  if (phase_ == ArrayPhase::run) {
    const std::int64_t finish_cycle = ahead_.finished() ? ahead_.finish_cycle() : -1;
    if (finish_cycle < 0 || finish_cycle > c.barrier)
      throw ModelError(
          fmt::format("PE {}: group {} is over at cycle {}, but the PE finishes it at "
                      "{}",
                      number_, group_, c.barrier, finish_cycle));
    counters.barrier_wait += static_cast<std::uint64_t>(c.barrier - finish_cycle);
    const auto wait = static_cast<std::uint64_t>(c.cycle - c.barrier);
    (c.phase == ArrayPhase::run ? counters.buffer_wait : counters.drain) += wait;
  }
  command_ = c.serial;
  phase_ = c.phase;
  if (c.phase == ArrayPhase::drain) ahead_.end_tile();
  if (c.phase != ArrayPhase::run) return;
  group_ = c.group;
  reported_ = false;
  ahead_.start_group(group_, c.cycle, banks_.sums(group_));
}

memory::Counters Pe::counters() {
  memory::Counters c =
      engine_ == memory::Engine::decoupled ? ahead_.counters() : multipliers_.counters();
  if (engine_ == memory::Engine::clocked) c.accumulator_writes = banks_.writes();
  c.steps = c.issue;
  c.slots = c.steps * static_cast<std::uint64_t>(arch_.F * arch_.I);
  c.weight_fifo_reads = c.steps;
  c.accumulator_reads = c.accumulator_writes;
  c.halo_transfers = ppu_.halo_transfers() - halo_before_;
  return c;
}

Pe::Probe Pe::probe() const {
  return {multipliers_.activity(), fifo_.arrived() - fifo_.popped(), banks_.deepest_queue(),
          ppu_.draining(), multipliers_.step_block()};
}

void Pe::reset_counters() {
  ahead_.counters() = {};
  multipliers_.counters() = {};
  banks_.writes() = 0;
  halo_before_ = ppu_.halo_transfers();
  stored_ = fullest_ = 0;
}

}  // namespace scnn::pe
