#include "pe/ppu.hpp"

#include <algorithm>

#include "sparse_formats/quantise.hpp"

namespace scnn::pe {

Ppu::Ppu(const sc_core::sc_module_name& name, const memory::Architecture& arch, std::int64_t pe,
         memory::Engine engine, memory::Failures& failures)
    : sc_core::sc_module(name), arch_(arch), pe_(pe), failures_(failures) {
  SC_HAS_PROCESS(Ppu);
  SC_METHOD(handle_output);
  sensitive << output;
  dont_initialize();
  if (engine == memory::Engine::clocked) {
    SC_METHOD(tick);
    sensitive << clock.pos();
  } else {
    SC_METHOD(drain_ahead);
    sensitive << drain;
  }
  dont_initialize();
}

void Ppu::begin_group(const DrainCommand& c) {
  active_ = c;
  draining_ = true;
  cycles_ = 0;
  const auto p = static_cast<std::size_t>(pe_);
  const std::int64_t channels = c.job->channels(c.group);
  const DrainShare& share = c.job->shares[p];
  const Rect& reach = c.job->regions[p].reach;
  entries_left_ = share.reached * channels;
  halo_left_ = std::max(share.sent, share.received) * channels;
  halo_transfers_ += static_cast<std::uint64_t>(share.sent * channels);
  cursor_ = {0, reach.rows.begin, reach.cols.begin};
  if (c.tile != owners_tile_) list_owners(*c.job);
  owners_tile_ = c.tile;
}

/// Who owns which outputs is asked once for a tile, not for every row.
void Ppu::list_owners(const TileJob& job) {
  const Rect& reach = job.regions[static_cast<std::size_t>(pe_)].reach;
  row_owner_.clear();
  owned_columns_.clear();
  if (reach.area() == 0) return;
  for (std::int64_t oy = reach.rows.begin; oy < reach.rows.end; ++oy)
    row_owner_.push_back(job.owners.owner(oy, reach.cols.begin));
  for (std::int64_t x = reach.cols.begin; x < reach.cols.end;) {
    const std::int64_t owner = job.owners.owner(reach.rows.begin, x);
    const std::int64_t end = std::min(reach.cols.end, job.owners.owned(owner).cols.end);
    owned_columns_.push_back({{x, end}, owner - row_owner_.front()});
    x = end;
  }
}

void Ppu::tick() {
  failures_.guard([this] {
    const DrainCommand& c = drain->read();
    if (c.tile != drained_tile_) drained_groups_ = 0, drained_tile_ = c.tile;
    if (!draining_ && c.group >= drained_groups_) begin_group(c);
    if (!draining_) return;
    ++cycles_;
    if (entries_left_ > 0)
      entries_left_ -= drain_entries(arch_.ppu.entries_per_cycle);
    else
      halo_left_ -= std::min(halo_left_, arch_.ppu.halo_entries_per_cycle);
    if (entries_left_ == 0 && halo_left_ == 0) finish_group();
  });
}

void Ppu::drain_ahead() {
  failures_.guard([this] {
    const DrainCommand& c = drain->read();
    if (c.job == nullptr) return;
    begin_group(c);
    drain_entries(entries_left_);
    cycles_ = drain_cycles(c.job->shares[static_cast<std::size_t>(pe_)], c.job->channels(c.group),
                           arch_.ppu);
    finish_group();
  });
}

void Ppu::finish_group() {
  draining_ = false;
  drained_groups_ = active_.group + 1;
  drained_tile_ = active_.tile;
  drained->write({active_.tile, drained_groups_, cycles_});
}

std::int64_t Ppu::drain_entries(std::int64_t limit) {
  const Rect& reach = active_.job->regions[static_cast<std::size_t>(pe_)].reach;
  const std::int64_t total = active_.job->channels(active_.group);
  std::int64_t taken = 0;
  while (taken < limit && cursor_.channel < total && reach.area() > 0) {
    const std::int64_t n = std::min(limit - taken, reach.cols.end - cursor_.ox);
    drain_row(cursor_.channel, cursor_.oy, {cursor_.ox, cursor_.ox + n});
    taken += n;
    cursor_.ox += n;
    if (cursor_.ox < reach.cols.end) break;
    cursor_.ox = reach.cols.begin;
    if (++cursor_.oy < reach.rows.end) continue;
    cursor_.oy = reach.rows.begin;
    ++cursor_.channel;
  }
  return taken;
}

void Ppu::drain_row(std::int64_t channel, std::int64_t oy, Range cols) {
  const auto window = sums->sums(active_.group);
  if (window.empty()) return;
  const TileJob& job = *active_.job;
  const PeRegion& region = job.regions[static_cast<std::size_t>(pe_)];
  const std::int64_t k = job.first_channel(active_.group) + channel;
  const std::int64_t row = (channel * job.tile.HA + oy - region.o0) * job.tile.WA - region.p0;
  const std::int64_t first_owner =
      row_owner_[static_cast<std::size_t>(oy - region.reach.rows.begin)];
  for (const OwnedColumns& part : owned_columns_) {
    const Range own = {std::max(cols.begin, part.cols.begin), std::min(cols.end, part.cols.end)};
    if (own.size() <= 0) continue;
    const auto taken = window.subspan(static_cast<std::size_t>(row + own.begin),
                                      static_cast<std::size_t>(own.size()));
    hand_over(first_owner + part.owner, {k, oy, own.begin, taken});
    std::fill(taken.begin(), taken.end(), 0);
  }
}

void Ppu::hand_over(std::int64_t owner, const HaloRow& row) {
  if (owner == pe_) {
    owned_.add(row);
    return;
  }
  if (fault_.kind == FaultKind::lose_halo &&
      std::any_of(row.sums.begin(), row.sums.end(), [](auto v) { return v != 0; })) {
    fault_ = {};
    return;
  }
  halo->send(owner, row);
}

void Ppu::handle_output() {
  failures_.guard([this] {
    const OutputCommand& c = output->read();
    switch (c.stage) {
      case OutputStage::none:
        break;
      case OutputStage::begin:
        owned_.begin(*c.job, pe_);
        oaram->clear();
        break;
      case OutputStage::measure:
        measure();
        break;
      case OutputStage::compress:
        compress(c);
        break;
    }
  });
}

void Ppu::measure() {
  const LayerShape& shape = *output->read().job->shape;
  OutputReport report{OutputStage::measure, 0.0, 0, 0};
  const Rect& rect = owned_.rect();
  std::vector<double> values(static_cast<std::size_t>(rect.area()));
  for (std::int64_t k = 0; k < shape.K; ++k) {
    const ChannelOutputs channel = owned_.values(k, values);
    report.peak = std::max(report.peak, channel.peak);
    report.overflows += channel.overflows;
    auto row = std::span<const double>(values);
    for (std::int64_t oy = rect.rows.begin; oy < rect.rows.end; ++oy) {
      const auto sums_of_row = owned_.row(k, oy);
      results->deliver({k, oy, rect.cols.begin, sums_of_row}, row.first(sums_of_row.size()));
      row = row.subspan(sums_of_row.size());
    }
    owned_.finish(k, values);
  }
  output_report->write(report);
}

void Ppu::compress(const OutputCommand& c) {
  const Rect& rect = owned_.rect();
  std::vector<double> values(static_cast<std::size_t>(rect.area()));
  std::vector<std::int16_t> quantised(values.size());
  for (std::int64_t k = 0; k < c.job->shape->K; ++k) {
    owned_.finished(k, values);
    std::transform(values.begin(), values.end(), quantised.begin(), [&c](double v) {
      return static_cast<std::int16_t>(quantise_value(v, c.scale));
    });
    oaram->store(quantised);
  }
  output_report->write({OutputStage::compress, 0.0, 0, oaram->stored()});
}

}  // namespace scnn::pe
