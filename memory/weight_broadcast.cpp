#include "memory/weight_broadcast.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "memory/dram.hpp"
#include "sparse_formats/error.hpp"

namespace scnn::memory {

WeightBroadcast::WeightBroadcast(const sc_core::sc_module_name& name, const Architecture& arch,
                                 Engine engine, Failures& failures)
    : sc_core::sc_module(name),
      pops("pops", static_cast<std::size_t>(arch.pe_count())),
      arch_(arch),
      failures_(failures) {
  SC_HAS_PROCESS(WeightBroadcast);
  if (engine == Engine::clocked) {
    SC_METHOD(tick);
    sensitive << clock.pos();
  } else {
    SC_METHOD(collect);
    sensitive << command;
    for (auto& p : pops) sensitive << p;
  }
  dont_initialize();
}

void WeightBroadcast::tick() {
  failures_.guard([this] {
    const StreamCommand& c = command->read();
    if (c.stream == nullptr) return;
    if (c.tile != tile_) {
      tile_ = c.tile;
      report_ = {c.tile, c.stream, 0, true, nullptr, nullptr};
    }
    const OnChipReport& supply = on_chip->read();
    const std::size_t here = supply.tile == tile_ ? supply.count : 0;
    std::size_t popped = report_.arrived;
    for (auto& p : pops) {
      const PopReport& report = p->read();
      popped = std::min(popped, report.tile == tile_ ? report.popped : 0);
    }
    const auto lanes = static_cast<std::size_t>(arch_.broadcast_entries_per_cycle);
    const std::size_t end =
        std::min({here, report_.arrived + lanes,
                  popped + static_cast<std::size_t>(arch_.weight_fifo_entries)});
    const std::size_t sent = end > report_.arrived ? end - report_.arrived : 0;
    report_.arrived += sent;
    // In the coming cycle the next entry is held by the supply when it is not on chip
    // yet, or when this cycle used every lane.
    report_.late = report_.arrived >= here || sent == lanes;
    fifo_writes_ += sent * pops.size();
    arrivals->write(report_);
  });
}

void WeightBroadcast::begin_ahead(const StreamCommand& c) {
  tile_ = c.tile;
  ahead_.start(arch_, DramStream(arch_.dram, *c.stream), pops.size());
  merged_.assign(pops.size(), 0);
  report_ = {c.tile, c.stream, 0, true, nullptr, nullptr};
  fifo_writes_ += c.stream->vectors.size() * pops.size();
}

void WeightBroadcast::collect() {
  failures_.guard([this] {
    const StreamCommand& c = command->read();
    if (c.stream == nullptr) return;
    if (c.tile != tile_) begin_ahead(c);
    for (std::size_t p = 0; p < pops.size(); ++p) {
      const PopReport& report = pops[p]->read();
      if (report.tile != tile_ || report.popped <= merged_[p]) continue;
      if (report.popped != merged_[p] + report.times.size())
        throw ModelError(
            fmt::format("weight broadcast: PE {} popped {} entries after {}, and told "
                        "the times of {}",
                        p, report.popped, merged_[p], report.times.size()));
      ahead_.report_pops(p, report.pes, report.times);
      merged_[p] = report.popped;
      p += report.pes - 1;  // for which it tells
    }
    if (!ahead_.extend()) return;
    report_.arrived = ahead_.known();
    report_.cycle = ahead_.cycles();
    report_.late_until = ahead_.late_until();
    arrivals->write(report_);
  });
}

}  // namespace scnn::memory
