#include "sim/sequencer.hpp"

#include <algorithm>

#include "sparse_formats/quantise.hpp"

namespace scnn::sim {

Sequencer::Sequencer(const sc_core::sc_module_name& name, const memory::Architecture& arch,
                     const pe::FaultPlan& fault, memory::Failures& failures)
    : sc_core::sc_module(name),
      finish("finish", static_cast<std::size_t>(arch.pe_count())),
      drained("drained", static_cast<std::size_t>(arch.pe_count())),
      output_reports("output_reports", static_cast<std::size_t>(arch.pe_count())),
      arch_(arch),
      failures_(failures),
      fault_(fault) {
  SC_HAS_PROCESS(Sequencer);
  SC_METHOD(begin);
  sensitive << begin_;
  dont_initialize();
  SC_METHOD(follow_outputs);
  for (auto& report : output_reports) sensitive << report;
  dont_initialize();
}

void Sequencer::start(const LayerJob& job) {
  job_ = &job;
  done_ = false;
  timing_ = {};
  begin_.notify(sc_core::SC_ZERO_TIME);
}

void Sequencer::begin() {
  failures_.guard([this] {
    tile_index_ = 0;
    send_output(pe::OutputStage::begin, 1.0);
    begin_layer();
  });
}

void Sequencer::keep(GroupTime times) {
  if (!keeps_groups_) return;
  if (observer_ != nullptr) observer_->group_drained(times);
  for (std::int64_t GroupTime::*member :
       {&GroupTime::start, &GroupTime::first_finish, &GroupTime::barrier, &GroupTime::drain_end})
    times.*member += timing_.compute_cycles;
  timing_.groups.push_back(times);
}

void Sequencer::add_tile(std::int64_t cycles) {
  if (observer_ != nullptr) observer_->tile_over(cycles);
  timing_.compute_cycles += cycles;
}

void Sequencer::send_stream(bool active) {
  stream->write({tile_serial_, active ? tile().stream : nullptr});
}

void Sequencer::send_command(pe::ArrayPhase phase, std::int64_t group, std::int64_t barrier,
                             std::int64_t cycle) {
  command->write({++command_serial_, tile_serial_, &tile(), phase, group, barrier, cycle});
}

void Sequencer::send_drain(std::int64_t group) { drain->write({tile_serial_, &tile(), group}); }

bool Sequencer::waits_for(std::size_t p) const {
  return fault_.kind != pe::FaultKind::skip_barrier || static_cast<std::int64_t>(p) != fault_.pe;
}

bool Sequencer::all_finished(std::int64_t group) const {
  for (std::size_t p = 0; p < finish.size(); ++p) {
    if (!waits_for(p)) continue;
    const pe::FinishReport& r = finish[p]->read();
    if (r.tile != tile_serial_ || r.groups <= group) return false;
  }
  return true;
}

bool Sequencer::all_drained(std::int64_t group) const {
  return std::all_of(drained.begin(), drained.end(), [&](const auto& port) {
    const pe::DrainReport& r = port->read();
    return r.tile == tile_serial_ && r.groups > group;
  });
}

void Sequencer::send_output(pe::OutputStage stage, double scale) {
  stage_ = stage;
  output->write({stage, &job_->output(), scale});
}

void Sequencer::begin_outputs() {
  if (job_->values()) {
    send_output(pe::OutputStage::measure, 1.0);
    return;
  }
  done_ = true;
  sc_core::sc_pause();
}

bool Sequencer::all_reported(pe::OutputStage stage) const {
  return std::all_of(output_reports.begin(), output_reports.end(),
                     [&](const auto& port) { return port->read().stage == stage; });
}

void Sequencer::follow_outputs() {
  failures_.guard([this] {
    if (done_ || !all_reported(stage_)) return;
    if (stage_ == pe::OutputStage::measure) {
      double peak = 0.0;
      for (const auto& port : output_reports) {
        peak = std::max(peak, port->read().peak);
        timing_.overflows += port->read().overflows;
      }
      send_output(pe::OutputStage::compress, quantisation_scale(peak, arch_.activation_bits));
    } else if (stage_ == pe::OutputStage::compress) {
      for (const auto& port : output_reports) {
        timing_.output_stored += port->read().stored;
        timing_.output_fullest = std::max(timing_.output_fullest, port->read().stored);
      }
      done_ = true;
      sc_core::sc_pause();
    }
  });
}

}  // namespace scnn::sim
