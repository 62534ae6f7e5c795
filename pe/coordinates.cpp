#include "pe/coordinates.hpp"

namespace scnn::pe {
namespace {

std::vector<Outcome> outcome_table(const AxisRule& rule, const Range& inputs, std::int64_t kernel) {
  std::vector<Outcome> table;
  table.reserve(static_cast<std::size_t>(inputs.size() * kernel));
  for (std::int64_t i = inputs.begin; i < inputs.end; ++i)
    for (std::int64_t k = 0; k < kernel; ++k) table.push_back(rule.outcome(i, k));
  return table;
}

}  // namespace

AxisRule row_rule(const LayerShape& s, const TemporalTile& t) {
  return {s.pad_top, s.stride_h, s.dilation_h, t.outputs.rows};
}

AxisRule col_rule(const LayerShape& s, const TemporalTile& t) {
  return {s.pad_left, s.stride_w, s.dilation_w, t.outputs.cols};
}

CoordinateUnit::CoordinateUnit(const TileJob& job, std::int64_t pe)
    : shape_(job.shape), tile_(&job.tile), region_(&job.regions[static_cast<std::size_t>(pe)]) {}

CoordinateUnit::Place CoordinateUnit::place(const sparse::StoredWeight& w,
                                            const sparse::StoredActivation& a) const {
  const LayerShape& s = *shape_;
  const std::int64_t dy = a.y + s.pad_top - s.dilation_h * w.r;
  const std::int64_t dx = a.x + s.pad_left - s.dilation_w * w.s;
  if (dy % s.stride_h != 0 || dx % s.stride_w != 0) return {Outcome::off_stride, 0};
  const std::int64_t oy = floor_div(dy, s.stride_h);
  const std::int64_t ox = floor_div(dx, s.stride_w);
  if (!tile_->outputs.rows.contains(oy) || !tile_->outputs.cols.contains(ox))
    return {Outcome::outside_plane, 0};
  return {Outcome::update, (w.k * tile_->HA + oy - region_->o0) * tile_->WA + (ox - region_->p0)};
}

CoordinateTables::CoordinateTables(const TileJob& job, std::int64_t pe)
    : kernel_rows_(static_cast<std::size_t>(job.shape->R)),
      kernel_cols_(static_cast<std::size_t>(job.shape->S)),
      window_columns_(job.tile.WA) {
  const PeRegion& region = job.regions[static_cast<std::size_t>(pe)];
  const AxisRule rows = row_rule(*job.shape, job.tile);
  const AxisRule cols = col_rule(*job.shape, job.tile);
  first_row_ = region.inputs.rows.begin;
  first_col_ = region.inputs.cols.begin;
  for (std::int64_t y = first_row_; y < region.inputs.rows.end; ++y)
    rows_.push_back(floor_div(y + rows.pad, rows.stride) - region.o0);
  for (std::int64_t x = first_col_; x < region.inputs.cols.end; ++x)
    cols_.push_back(floor_div(x + cols.pad, cols.stride) - region.p0);
  row_outcomes_ = outcome_table(rows, region.inputs.rows, job.shape->R);
  col_outcomes_ = outcome_table(cols, region.inputs.cols, job.shape->S);
}

}  // namespace scnn::pe
