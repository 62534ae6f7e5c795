#include "pe/crossbar.hpp"

namespace scnn::pe {

void StepBypass::resize(std::int64_t window_entries) {
  step_of_.assign(static_cast<std::size_t>(window_entries), 0);
  position_.assign(static_cast<std::size_t>(window_entries), 0);
  step_ = 0;
}

void StepBypass::combine(std::vector<AccumulatorUpdate>& updates) {
  ++step_;
  std::size_t kept = 0;
  for (const AccumulatorUpdate& u : updates) {
    const auto a = static_cast<std::size_t>(u.address);
    if (step_of_[a] == step_) {
      updates[position_[a]].value += u.value;
      continue;
    }
    step_of_[a] = step_;
    position_[a] = static_cast<std::uint32_t>(kept);
    updates[kept++] = u;
  }
  updates.resize(kept);
}

Crossbar::Crossbar(const sc_core::sc_module_name& name, const memory::Architecture& arch,
                   memory::Engine engine, memory::Failures& failures)
    : sc_core::sc_module(name), arch_(arch), failures_(failures) {
  if (engine != memory::Engine::clocked) return;
  SC_HAS_PROCESS(Crossbar);
  SC_METHOD(tick);
  sensitive << received_;
  dont_initialize();
}

void Crossbar::begin_tile(const TileJob& job, std::int64_t pe, const FaultPlan& fault) {
  if (fault.pe == pe) fault_ = fault;
  window_entries_ = job.window_entries();
  map_ = BankMap(arch_.accumulator, job.window());
  if (arch_.accumulator.bypass == memory::Bypass::step) bypass_.resize(window_entries_);
}

void Crossbar::route(const StepProducts& step) {
  updates_.assign(step.updates.begin(), step.updates.end());
  group_ = step.group;
  last_ = step.last;
  received_.notify(sc_core::SC_ZERO_TIME);
}

void Crossbar::tick() {
  failures_.guard([this] {
    if (arch_.accumulator.bypass == memory::Bypass::step) bypass_.combine(updates_);
    routed_.clear();
    for (const AccumulatorUpdate& u : updates_) {
      std::int64_t address = u.address;
      if (fault_.kind == FaultKind::wrong_entry) {
        address = (address + 1) % window_entries_;
        fault_ = {};
      }
      routed_.push_back({map_.bank(address), address, u.value});
    }
    banks->enqueue({routed_, group_, last_});
  });
}

}  // namespace scnn::pe
