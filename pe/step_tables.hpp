/// What every PE's step kernel reads of a K-group, prepared once for all of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pe/outcome_classes.hpp"
#include "pe/tile_job.hpp"

namespace scnn::pe {

/// Counts of products by what becomes of them.
struct OutcomeCounts {
  std::uint64_t updates = 0, outside_plane = 0, off_stride = 0;
};

/// Weights by kernel position come in columns of this many channels.
inline constexpr std::size_t kChannelStep = 8;

/// A kernel position an activation of some class updates.
struct ReachedPosition {
  std::int32_t sums = 0;      ///< its term of the window address, `-r' * WA - s'`, times channels
  std::uint32_t weights = 0;  ///< its number among those of its phase, times channels
};

/// Weight vectors as counts per accumulator bank.
///
/// A product of an activation with address term `a` and a weight with term `w` goes to
/// bank `(a + w) mod banks`. For every vector and every class of activations the number of
/// its weights per bank `w mod banks` is stored in a row of `2 * banks` lanes (rounded up),
/// twice in a row: read from lane `(-a) mod banks` on, the row gives the vector's updates
/// per bank for that activation, whatever `a` is.
class StepTables {
 public:
  /// Takes a tile. \return whether the step kernel can run it: linear map, no bypass, lanes
  /// wide enough for every queue
  bool begin_tile(const TileJob& job);
  /// Builds the rows of a K-group, and its weights by kernel position when values are
  /// wanted.
  void begin_group(std::int64_t group);

  /// The step kernel can run the tile.
  [[nodiscard]] bool usable() const { return usable_; }
  /// Outcomes and weights by class are there, whatever runs the steps.
  [[nodiscard]] bool tabled() const { return tabled_; }
  [[nodiscard]] const OutcomeClasses& classes() const { return classes_; }
  /// Bytes of a lane: 1, or 2 for deep queues.
  [[nodiscard]] std::size_t lane_bytes() const { return lane_bytes_; }
  /// Lanes of a queue vector: `banks` rounded up to whole vectors.
  [[nodiscard]] std::size_t lanes() const { return lanes_; }
  /// Bytes of a row.
  [[nodiscard]] std::size_t row_bytes() const { return row_bytes_; }
  /// Where the rows of the block's first vector begin, and bytes from vector to vector.
  [[nodiscard]] const std::uint8_t* block_rows(std::size_t block) const {
    return rows_ + block_offset_[block];
  }
  [[nodiscard]] std::size_t vector_bytes(std::size_t block) const {
    return classes_.count(block % phases_) * row_bytes_;
  }

  /// Ends a tile: `outcomes` then covers all its groups.
  void end_tile();
  /// Outcomes of one activation of class `c` with all weights of block (channel, phase) of
  /// every group. \pre end_tile
  [[nodiscard]] const OutcomeCounts& outcomes(std::size_t block, std::size_t c) const {
    return outcomes_[block * classes_.most() + c];
  }

  /// Kernel positions of a phase that an activation of class `c` updates.
  [[nodiscard]] std::span<const ReachedPosition> reached(std::size_t phase, std::size_t c) const {
    return reached_[phase * classes_.most() + c];
  }
  /// Weights of a block by kernel position: `[column][channel]`, `channels()` to a column.
  [[nodiscard]] const std::int64_t* block_weights(std::size_t block) const {
    return weights_.data() + block * columns_ * channels_;
  }
  /// Output channels of a K-group, rounded up to whole vectors.
  [[nodiscard]] std::size_t channels() const { return channels_; }

 private:
  void list_columns();
  void list_reached();
  void size_rows();
  void count_weights(std::size_t block);
  void spread_weights(std::size_t block);
  template <class Lane>
  void fill_rows(std::size_t block);
  [[nodiscard]] std::size_t column(const sparse::StoredWeight& w) const {
    return column_of_[w.r * static_cast<std::size_t>(job_->shape->S) + w.s];
  }

  const TileJob* job_ = nullptr;
  bool usable_ = false, tabled_ = false;
  std::int64_t group_ = 0;
  std::size_t phases_ = 1;
  OutcomeClasses classes_;
  std::size_t lane_bytes_ = 1, lanes_ = 0, row_bytes_ = 0;
  std::vector<std::uint8_t> storage_;
  std::uint8_t* rows_ = nullptr;  ///< in storage_, aligned
  std::vector<std::size_t> block_offset_;
  std::vector<std::uint32_t> column_of_;  ///< by kernel position, within its phase
  std::size_t columns_ = 0, channels_ = 0;
  std::vector<std::vector<std::uint32_t>> updating_;   ///< classes by phase and column
  std::vector<std::vector<ReachedPosition>> reached_;  ///< by phase and class
  std::vector<std::uint64_t> weight_counts_;  ///< non-zero, by block and column, all groups
  std::vector<OutcomeCounts> outcomes_;       ///< by block and class
  std::vector<std::int64_t> weights_;
};

}  // namespace scnn::pe
