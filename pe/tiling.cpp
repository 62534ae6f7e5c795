#include "pe/tiling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <tuple>

#include "pe/bank_map.hpp"
#include "sparse_formats/error.hpp"

namespace scnn::pe {
namespace {

/// One axis of a layer: the formulas of S6-S10 are the same for rows and columns.
struct Axis {
  std::int64_t in, out, kernel, stride, dilation, pad, pes;

  /// Input interval that outputs [a,b) need; empty when they only see padding.
  [[nodiscard]] Range inputs_of(const Range& o) const {
    Range r{std::max<std::int64_t>(0, o.begin * stride - pad),
            std::min(in, (o.end - 1) * stride - pad + dilation * (kernel - 1) + 1)};
    return r.end > r.begin ? r : Range{};
  }
  /// Window extent for `per_pe` input positions, at most `outputs` (S9).
  [[nodiscard]] std::int64_t window(std::int64_t per_pe, std::int64_t outputs) const {
    return std::min(outputs, floor_div(per_pe - 1 + dilation * (kernel - 1), stride) + 1);
  }
  [[nodiscard]] Range split_part(std::int64_t parts, std::int64_t i) const {
    return {i * out / parts, (i + 1) * out / parts};
  }
  /// The largest window over the rectangles of a split into `parts`.
  [[nodiscard]] std::int64_t largest_window(std::int64_t parts) const {
    std::int64_t largest = 0;
    for (std::int64_t i = 0; i < parts; ++i) {
      const Range o = split_part(parts, i);
      const Range inputs = parts == 1 ? Range{0, in} : inputs_of(o);
      largest = std::max(largest, window(ceil_div(inputs.size(), pes), o.size()));
    }
    return largest;
  }
  /// Outputs that inputs [y0, y1) can reach inside `outputs` (S25).
  [[nodiscard]] Range reach(const Range& inputs, const Range& outputs) const {
    if (inputs.size() == 0) return {};
    return intersect({ceil_div(inputs.begin + pad - dilation * (kernel - 1), stride),
                      floor_div(inputs.end - 1 + pad, stride) + 1},
                     outputs);
  }
  [[nodiscard]] std::int64_t window_start(std::int64_t first_input, std::int64_t first_out) const {
    return std::max(first_out, ceil_div(first_input + pad - dilation * (kernel - 1), stride));
  }
};

Axis row_axis(const LayerShape& s, const memory::Architecture& a) {
  return {s.H, s.Ho(), s.R, s.stride_h, s.dilation_h, s.pad_top, a.pe_rows};
}
Axis col_axis(const LayerShape& s, const memory::Architecture& a) {
  return {s.W, s.Wo(), s.S, s.stride_w, s.dilation_w, s.pad_left, a.pe_cols};
}

TemporalTile make_tile(const Axis& rows, const Axis& cols, const Rect& outputs, bool whole) {
  TemporalTile t;
  t.outputs = outputs;
  t.inputs = whole ? Rect{{0, rows.in}, {0, cols.in}}
                   : Rect{rows.inputs_of(outputs.rows), cols.inputs_of(outputs.cols)};
  t.Ht = ceil_div(t.inputs.rows.size(), rows.pes);
  t.Wt = ceil_div(t.inputs.cols.size(), cols.pes);
  t.HA = rows.window(t.Ht, outputs.rows.size());
  t.WA = cols.window(t.Wt, outputs.cols.size());
  return t;
}

/// S10: no bank gets more of the window's addresses than it has entries.
bool fits(const memory::Accumulator& accumulator, const Window& window) {
  return window.entries() <= banks_in_use(accumulator) * accumulator.entries_per_bank &&
         fullest_bank(accumulator, window) <= accumulator.entries_per_bank;
}

std::string size_text(const memory::Accumulator& accumulator) {
  return fmt::format("{} x {} accumulator entries", banks_in_use(accumulator),
                     accumulator.entries_per_bank);
}

/// The smallest split that fits: fewest rectangles, then squarest, then fewest columns.
std::pair<std::int64_t, std::int64_t> find_split(const Axis& rows, const Axis& cols,
                                                 std::int64_t kc,
                                                 const memory::Accumulator& accumulator,
                                                 const std::string& where) {
  // Window extents are found as the search needs them: it ends long before every
  // split of a long axis has been looked at.
  std::vector<std::int64_t> widths;
  auto width = [&](std::int64_t tx) {
    while (std::ssize(widths) < tx) widths.push_back(cols.largest_window(std::ssize(widths) + 1));
    return widths[static_cast<std::size_t>(tx - 1)];
  };
  using Key = std::tuple<std::int64_t, std::int64_t, std::int64_t>;
  std::optional<Key> best;
  auto worse = [&](std::int64_t count) { return best && count > std::get<0>(*best); };
  for (std::int64_t ty = 1; ty <= rows.out && !worse(ty); ++ty) {
    const std::int64_t height = rows.largest_window(ty);
    for (std::int64_t tx = 1; tx <= cols.out && !worse(ty * tx); ++tx) {
      if (!fits(accumulator, {kc, height, width(tx)})) continue;
      const Key key{ty * tx, std::abs(ty - tx), tx};
      if (!best || key < *best) best = key;
    }
  }
  if (!best)
    throw InputError(where, fmt::format("no split of the {}x{} output plane fits {} with kc {}, "
                                        "expected a larger accumulator or a smaller kc",
                                        rows.out, cols.out, size_text(accumulator), kc));
  return {std::get<0>(*best) / std::get<2>(*best), std::get<2>(*best)};
}

std::int64_t shrink_kc(const memory::Accumulator& accumulator, const TemporalTile& t,
                       const std::string& where) {
  std::int64_t kc = 1;
  if (!fits(accumulator, {kc, t.HA, t.WA}))
    throw InputError(where, fmt::format("an accumulator window of {}x{} entries does not fit {} "
                                        "even with kc 1",
                                        t.HA, t.WA, size_text(accumulator)));
  while (fits(accumulator, {kc * 2, t.HA, t.WA})) kc *= 2;
  return kc;
}

}  // namespace

Range intersect(const Range& a, const Range& b) {
  const Range r{std::max(a.begin, b.begin), std::min(a.end, b.end)};
  return r.end > r.begin ? r : Range{};
}

Rect intersect(const Rect& a, const Rect& b) {
  return {intersect(a.rows, b.rows), intersect(a.cols, b.cols)};
}

Tiling plan_tiling(const LayerShape& shape, const memory::Architecture& arch,
                   const std::string& where) {
  const Axis rows = row_axis(shape, arch);
  const Axis cols = col_axis(shape, arch);
  Tiling tiling;
  tiling.kc = std::min(arch.kc, shape.group_K());
  const Rect plane{{0, shape.Ho()}, {0, shape.Wo()}};
  const TemporalTile whole = make_tile(rows, cols, plane, true);
  if (arch.accumulator.capacity == memory::Capacity::ignore ||
      fits(arch.accumulator, {tiling.kc, whole.HA, whole.WA})) {
    tiling.tiles = {whole};
  } else if (arch.accumulator.capacity == memory::Capacity::shrink_kc) {
    tiling.kc = shrink_kc(arch.accumulator, whole, where);
    tiling.tiles = {whole};
  } else {
    const auto [ty, tx] = find_split(rows, cols, tiling.kc, arch.accumulator, where);
    for (std::int64_t i = 0; i < ty; ++i)
      for (std::int64_t j = 0; j < tx; ++j)
        tiling.tiles.push_back(
            make_tile(rows, cols, {rows.split_part(ty, i), cols.split_part(tx, j)}, ty * tx == 1));
  }
  return tiling;
}

std::vector<PeRegion> map_regions(const LayerShape& shape, const TemporalTile& tile,
                                  const memory::Architecture& arch) {
  const Axis rows = row_axis(shape, arch);
  const Axis cols = col_axis(shape, arch);
  auto part = [](const Range& whole, std::int64_t per_pe, std::int64_t i) {
    return intersect({whole.begin + i * per_pe, whole.begin + (i + 1) * per_pe}, whole);
  };
  std::vector<PeRegion> regions;
  for (std::int64_t i = 0; i < arch.pe_rows; ++i)
    for (std::int64_t j = 0; j < arch.pe_cols; ++j) {
      PeRegion r;
      r.inputs = {part(tile.inputs.rows, tile.Ht, i), part(tile.inputs.cols, tile.Wt, j)};
      if (r.inputs.area() > 0) {
        r.reach = {rows.reach(r.inputs.rows, tile.outputs.rows),
                   cols.reach(r.inputs.cols, tile.outputs.cols)};
        r.o0 = rows.window_start(r.inputs.rows.begin, tile.outputs.rows.begin);
        r.p0 = cols.window_start(r.inputs.cols.begin, tile.outputs.cols.begin);
      } else {
        r.inputs = {};
      }
      regions.push_back(r);
    }
  return regions;
}

OwnerMap::OwnerMap(const Rect& outputs, std::int64_t pe_rows, std::int64_t pe_cols)
    : outputs_(outputs),
      pe_cols_(pe_cols),
      rows_per_pe_(ceil_div(outputs.rows.size(), pe_rows)),
      cols_per_pe_(ceil_div(outputs.cols.size(), pe_cols)) {}

Rect OwnerMap::owned(std::int64_t pe) const {
  const std::int64_t i = pe / pe_cols_, j = pe % pe_cols_;
  const std::int64_t y = outputs_.rows.begin + i * rows_per_pe_;
  const std::int64_t x = outputs_.cols.begin + j * cols_per_pe_;
  return intersect({{y, y + rows_per_pe_}, {x, x + cols_per_pe_}}, outputs_);
}

std::vector<DrainShare> drain_shares(const std::vector<PeRegion>& regions, const OwnerMap& owners) {
  std::vector<DrainShare> shares(regions.size());
  for (std::size_t p = 0; p < regions.size(); ++p) {
    const Rect& reach = regions[p].reach;
    shares[p].reached = reach.area();
    const auto own = intersect(reach, owners.owned(static_cast<std::int64_t>(p))).area();
    shares[p].sent = shares[p].reached - own;
    for (std::size_t q = 0; q < regions.size(); ++q)
      if (q != p)
        shares[p].received +=
            intersect(regions[q].reach, owners.owned(static_cast<std::int64_t>(p))).area();
  }
  return shares;
}

std::int64_t drain_cycles(const DrainShare& share, std::int64_t channels,
                          const memory::PpuRates& rates) {
  return ceil_div(share.reached * channels, rates.entries_per_cycle) +
         ceil_div(std::max(share.sent, share.received) * channels, rates.halo_entries_per_cycle);
}

sparse::PhaseSplit phase_split(const LayerShape& shape, const memory::Architecture& arch) {
  if (arch.stride_mode == memory::StrideMode::discard) return {};
  return {shape.stride_h, shape.stride_w};
}

}  // namespace scnn::pe
