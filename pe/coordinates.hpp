/// Coordinate computation: where the product of a weight and an activation goes
/// (machine.md S16).
#pragma once

#include <cstdint>
#include <vector>

#include "pe/tile_job.hpp"
#include "sparse_formats/activation_blocks.hpp"
#include "sparse_formats/weight_blocks.hpp"

namespace scnn::pe {

/// What becomes of a product of non-zero operands. The order is that in which the
/// reasons apply: of a row's and a column's outcome the larger holds.
enum class Outcome : std::uint8_t { update, outside_plane, off_stride };

/// One axis of the rule: what kernel position `k` makes of input position `i`.
struct AxisRule {
  std::int64_t pad, stride, dilation;
  Range outputs;

  [[nodiscard]] Outcome outcome(std::int64_t i, std::int64_t k) const {
    const std::int64_t distance = i + pad - dilation * k;
    if (distance % stride != 0) return Outcome::off_stride;
    return outputs.contains(floor_div(distance, stride)) ? Outcome::update : Outcome::outside_plane;
  }
};

[[nodiscard]] AxisRule row_rule(const LayerShape& shape, const TemporalTile& tile);
[[nodiscard]] AxisRule col_rule(const LayerShape& shape, const TemporalTile& tile);

/// The rule as S16 states it, one product at a time. The clocked machine uses this.
class CoordinateUnit {
 public:
  struct Place {
    Outcome outcome = Outcome::update;
    std::int64_t address = 0;  ///< in the PE's accumulator window, for updates
  };

  CoordinateUnit(const TileJob& job, std::int64_t pe);

  [[nodiscard]] Place place(const sparse::StoredWeight& w, const sparse::StoredActivation& a) const;

 private:
  const LayerShape* shape_;
  const TemporalTile* tile_;
  const PeRegion* region_;
};

/// The same rule, taken apart: with `Y = floor((y + pad_top) / stride_h)` and
/// `r' = floor(dilation_h * r / stride_h)`, a product that is on the stride lands in row
/// `Y - r'`, so its address is a sum of one term of the activation and one of the
/// weight. The decoupled machine adds those terms instead of dividing.
class CoordinateTables {
 public:
  CoordinateTables(const TileJob& job, std::int64_t pe);

  /// The activation's term of the address: `(Y - o0) * WA + (X - p0)`.
  [[nodiscard]] std::int64_t activation_term(const sparse::StoredActivation& a) const {
    return window_row(a) * window_columns_ + window_column(a);
  }
  /// Its part of the row and column in the window: `Y - o0` and `X - p0`.
  [[nodiscard]] std::int64_t window_row(const sparse::StoredActivation& a) const {
    return rows_[local_row(a)];
  }
  [[nodiscard]] std::int64_t window_column(const sparse::StoredActivation& a) const {
    return cols_[local_col(a)];
  }
  /// Outcomes by kernel row of an activation's row, and by kernel column of its column.
  [[nodiscard]] const Outcome* row_outcomes(const sparse::StoredActivation& a) const {
    return row_outcomes_.data() + local_row(a) * kernel_rows_;
  }
  [[nodiscard]] const Outcome* col_outcomes(const sparse::StoredActivation& a) const {
    return col_outcomes_.data() + local_col(a) * kernel_cols_;
  }

 private:
  [[nodiscard]] std::size_t local_row(const sparse::StoredActivation& a) const {
    return static_cast<std::size_t>(a.y - first_row_);
  }
  [[nodiscard]] std::size_t local_col(const sparse::StoredActivation& a) const {
    return static_cast<std::size_t>(a.x - first_col_);
  }

  std::int64_t first_row_, first_col_;
  std::size_t kernel_rows_, kernel_cols_;
  std::int64_t window_columns_;
  std::vector<std::int64_t> rows_, cols_;  ///< in the window, by input row and column
  std::vector<Outcome> row_outcomes_, col_outcomes_;
};

/// The weight's term of the address: `k * HA * WA - r' * WA - s'`, the same in every PE.
[[nodiscard]] inline std::int64_t weight_term(const LayerShape& shape, const TemporalTile& tile,
                                              const sparse::StoredWeight& w) {
  return (w.k * tile.HA - shape.dilation_h * w.r / shape.stride_h) * tile.WA -
         shape.dilation_w * w.s / shape.stride_w;
}

}  // namespace scnn::pe
