#include "memory/dram_channel.hpp"

namespace scnn::memory {

DramChannel::DramChannel(const sc_core::sc_module_name& name, const Architecture& arch,
                         Engine engine, Failures& failures)
    : sc_core::sc_module(name), arch_(arch), failures_(failures) {
  if (engine != Engine::clocked) return;
  SC_HAS_PROCESS(DramChannel);
  SC_METHOD(tick);
  sensitive << clock.pos();
  dont_initialize();
}

void DramChannel::tick() {
  failures_.guard([this] {
    const StreamCommand& c = command->read();
    if (c.stream == nullptr) return;
    if (c.tile != report_.tile) {
      stream_.emplace(arch_.dram, *c.stream);
      report_ = {c.tile, 0};
      cycle_ = 0;
    }
    ++cycle_;  // the coming cycle is the one the broadcast reads this in
    while (report_.count < stream_->size() && stream_->on_chip_cycle(report_.count) <= cycle_)
      ++report_.count;
    on_chip->write(report_);
  });
}

}  // namespace scnn::memory
