#include "pe/position_sums.hpp"

#include "pe/coordinates.hpp"
#include "pe/position_kernel.hpp"
#include "pe/step_tables.hpp"

namespace scnn::pe {

void PositionSums::load(const TileJob& job, std::int64_t pe,
                        const memory::ActivationBuffer& activations) {
  const PositionTables& tables = job.tables->positions();
  const CoordinateTables coordinates(job, pe);
  const auto rows = static_cast<std::int64_t>(tables.rows());
  const auto columns = static_cast<std::int64_t>(tables.columns());
  planes_.clear();
  empty_ = true;
  if (activations.elements().empty()) return;
  planes_.assign(tables.blocks() * tables.plane(), 0);
  std::int16_t* plane = planes_.data();
  for (std::size_t b = 0; b < tables.blocks(); ++b, plane += tables.plane())
    for (const auto& a : activations.block(b)) {
      const std::int64_t row = coordinates.window_row(a), column = coordinates.window_column(a);
      // Elsewhere no product of it counts.
      if (a.value == 0 || row < 0 || row >= rows || column < 0 || column >= columns) continue;
      plane[tables.part(a.y, a.x) + static_cast<std::size_t>(row) * tables.pitch() +
            static_cast<std::size_t>(column)] = a.value;
      empty_ = false;
    }
}

void PositionSums::add_group(const TileJob& job, std::int64_t pe, std::span<std::int64_t> sums) {
  const PeRegion& region = job.regions[static_cast<std::size_t>(pe)];
  if (empty_ || region.reach.area() == 0) return;
  const PositionTables& tables = job.tables->positions();
  sums_.assign(tables.channels() * tables.positions(), 0);
  add_positions(tables, planes_.data(), sums_.data());
  // Positions nothing reaches hold products outside the plane, or nothing.
  const Range rows{region.reach.rows.begin - region.o0, region.reach.rows.end - region.o0};
  const auto column = static_cast<std::size_t>(region.reach.cols.begin - region.p0);
  const auto columns = static_cast<std::size_t>(region.reach.cols.size());
  const auto window_columns = static_cast<std::size_t>(job.tile.WA);
  for (std::size_t k = 0; k < tables.channels(); ++k)
    for (std::int64_t y = rows.begin; y < rows.end; ++y) {
      const auto row = static_cast<std::size_t>(y);
      const std::int64_t* from =
          sums_.data() + k * tables.positions() + row * tables.pitch() + column;
      std::int64_t* to =
          sums.data() + column + (k * static_cast<std::size_t>(job.tile.HA) + row) * window_columns;
      for (std::size_t c = 0; c < columns; ++c) to[c] += from[c];
    }
}

}  // namespace scnn::pe
