/// Activations of a tile sorted by what their products can become (machine.md S16).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "pe/coordinates.hpp"
#include "pe/tile_job.hpp"

namespace scnn::pe {

/// Two activations of a phase are of one class when every kernel position treats them
/// alike: update, outside the plane, or off the stride. Away from the edges all are.
///
/// Classes are numbered per phase, rows outermost; the same in every PE of the tile.
class OutcomeClasses {
 public:
  OutcomeClasses() = default;
  explicit OutcomeClasses(const TileJob& job);

  /// Classes of a phase.
  [[nodiscard]] std::size_t count(std::size_t phase) const {
    return rows_[phase / phases_w_].size() * cols_[phase % phases_w_].size();
  }
  /// The largest count of all phases.
  [[nodiscard]] std::size_t most() const { return most_; }
  /// Class of the activation at (y, x) within its phase.
  [[nodiscard]] std::size_t of(std::size_t phase, std::int64_t y, std::int64_t x) const {
    return row_class_[static_cast<std::size_t>(y - first_row_)] * cols_[phase % phases_w_].size() +
           col_class_[static_cast<std::size_t>(x - first_col_)];
  }
  /// What the products of an activation of class `c` and kernel position (r, s) become.
  [[nodiscard]] Outcome outcome(std::size_t phase, std::size_t c, std::size_t r,
                                std::size_t s) const {
    const auto& cols = cols_[phase % phases_w_];
    return std::max(rows_[phase / phases_w_][c / cols.size()][r], cols[c % cols.size()][s]);
  }

 private:
  /// Outcomes by kernel position, one entry per class.
  using AxisClasses = std::vector<std::vector<Outcome>>;

  std::size_t phases_w_ = 1;
  std::size_t most_ = 0;
  std::int64_t first_row_ = 0, first_col_ = 0;
  std::vector<AxisClasses> rows_, cols_;  ///< per phase of the axis
  std::vector<std::size_t> row_class_, col_class_;
};

}  // namespace scnn::pe
