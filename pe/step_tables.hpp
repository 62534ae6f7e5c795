/// What every PE's step kernel reads of a tile and its K-groups, prepared once for all of them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pe/outcome_classes.hpp"
#include "pe/position_tables.hpp"
#include "pe/row_kernel.hpp"
#include "pe/step_rows.hpp"
#include "pe/tile_job.hpp"
#include "pe/workers.hpp"

namespace scnn::pe {

/// Counts of products by what becomes of them.
struct OutcomeCounts {
  std::uint64_t updates = 0, outside_plane = 0, off_stride = 0;
};

/// What every PE meets of a block (channel, phase).
struct BlockWork {
  std::uint64_t entries = 0;  ///< weight vectors
  std::uint64_t runs = 0;     ///< runs of them (S15)
};

/// Weight vectors as counts per accumulator bank.
///
/// Under a map with pitches, a product of an activation with the bank term `a` and a weight
/// with the term `w` goes to bank `(a + w) mod banks`. For every vector and every class of
/// activations the number of its weights per bank `w mod banks` is stored twice, one after the
/// other, in a row of `banks + lanes()` lanes: read from lane `(-a) mod banks` on, the row gives
/// the vector's updates per bank for that activation, whatever `a` is. Behind the rows of the
/// classes stands a row of zeros, for the activations that a short activation vector lacks.
class StepTables {
 public:
  /// Takes a tile. \return whether the step kernel can run it: a map with pitches, no bypass,
  /// at most 128 banks, F up to 16, queues below 2^16, and tables of bearable size
  bool begin_tile(const TileJob& job);
  /// Begins a K-group: lists its weights when values are wanted.
  void begin_group(std::int64_t group, Workers& workers);
  /// Begins the rows of a group, and makes them unless they are made as needed.
  void begin_rows(std::int64_t group, Workers& workers, RowsMade made = RowsMade::at_once);
  /// The rows that have begun.
  [[nodiscard]] const StepRows& rows() const { return rows_; }
  StepRows& rows() { return rows_; }
  /// Counts the weights of a group whose rows began elsewhere.
  void add_counts(std::span<const std::uint64_t> counts);

  /// The step kernel can run the tile.
  [[nodiscard]] bool usable() const { return usable_; }
  /// Outcomes by class are there, whatever runs the steps.
  [[nodiscard]] bool tabled() const { return tabled_; }
  [[nodiscard]] const OutcomeClasses& classes() const { return classes_; }
  /// Banks in use.
  [[nodiscard]] std::size_t banks() const { return static_cast<std::size_t>(pitches_.banks); }
  /// Where the row of an activation of class `c` is read from, in bytes behind a vector's first
  /// row. \param row, column  the activation's part of those in the window
  [[nodiscard]] std::uint32_t row_offset(std::size_t c, std::int64_t row,
                                         std::int64_t column) const {
    const auto term = static_cast<std::size_t>(pitches_.bank(0, row, column));
    const std::size_t lane = term > 0 ? banks() - term : 0;
    return static_cast<std::uint32_t>(c * row_bytes_ + lane * lane_bytes_);
  }
  /// Bytes of a lane: 1, or 2 for deep queues.
  [[nodiscard]] std::size_t lane_bytes() const { return lane_bytes_; }
  /// Lanes of a queue vector: `banks` rounded up to whole vectors.
  [[nodiscard]] std::size_t lanes() const { return lanes_; }
  [[nodiscard]] std::size_t row_bytes() const { return row_bytes_; }
  /// No lane of a row is without a bank.
  [[nodiscard]] bool halves_equal() const { return 2 * banks() * lane_bytes_ == row_bytes_; }
  /// Bytes from vector to vector of a block.
  [[nodiscard]] std::size_t vector_bytes(std::size_t block) const { return block_bytes_[block]; }
  /// Blocks of a group.
  [[nodiscard]] std::span<const memory::BlockVectors> blocks(std::int64_t group) const {
    return job_->stream->group_blocks(static_cast<std::size_t>(group));
  }
  /// Vectors of the longest run (S15) of all groups; at least one.
  [[nodiscard]] std::size_t longest_run() const {
    const auto fifo = static_cast<std::size_t>(job_->arch->weight_fifo_entries);
    return std::max<std::size_t>(1, std::min(longest_block_, fifo));
  }
  /// Kernel positions of a phase at most; weights are counted by block and column.
  [[nodiscard]] std::size_t columns() const { return columns_; }
  [[nodiscard]] std::size_t count_size() const { return weight_counts_.size(); }
  /// Weights of a vector, zeros behind those of a block's last.
  [[nodiscard]] std::size_t vector_weights() const {
    return static_cast<std::size_t>(job_->arch->F);
  }
  /// What the rows of a block's vectors are made of.
  /// \param weights  room for `vector_weights` of each
  /// \param counts   of the block, by column
  /// \pre there is a vector; their weights lie one behind the other, and all vectors but the last
  ///      have F (memory::make_weight_stream)
  void describe(const memory::BlockVectors& vectors, RowWeight* weights,
                std::uint64_t* counts) const;
  /// Where, behind a vector's rows of a phase, its row of zeros begins.
  [[nodiscard]] std::size_t zero_row(std::size_t phase) const {
    return classes_.count(phase) * row_bytes_;
  }

  /// Ends a tile: `outcomes` and `block_work` then cover all its groups, until the next
  /// tile ends.
  void end_tile();
  /// Outcomes of one activation of class `c` with all weights of block (channel, phase) of
  /// every group. \pre end_tile
  [[nodiscard]] const OutcomeCounts& outcomes(std::size_t block, std::size_t c) const {
    return ended_.outcomes[block * ended_.classes + c];
  }
  /// What every PE met of a block in all groups. \pre end_tile
  [[nodiscard]] const BlockWork& block_work(std::size_t block) const { return ended_.work[block]; }

  /// What sums take of the group. \pre `tabled`, and values are wanted
  [[nodiscard]] const PositionTables& positions() const { return positions_; }

 private:
  void list_work();
  void list_columns();
  void list_updates();
  void list_banks();
  void count_weights(std::int64_t group, std::size_t block);
  [[nodiscard]] std::size_t column(const sparse::StoredWeight& w) const {
    return column_of_[w.r * static_cast<std::size_t>(job_->shape->S) + w.s];
  }

  const TileJob* job_ = nullptr;
  bool usable_ = false, tabled_ = false;
  std::size_t phases_ = 1;
  BankPitches pitches_;
  OutcomeClasses classes_;
  std::size_t lane_bytes_ = 1, lanes_ = 0, row_bytes_ = 0;
  /// For every bank a row with one weight in it, then one of zeros. Counts never leave their lanes,
  /// so rows add as words.
  std::vector<std::uint64_t> patterns_;
  const std::uint64_t* zero_row_ = nullptr;  ///< one without a weight
  /// What rows are made of for the weights at a place in a block.
  struct PlaceRows {
    const std::uint64_t* row = nullptr;  ///< with a weight in its bank
    const std::uint64_t* updates = nullptr;
    std::size_t column = 0;  ///< number of its kernel position within the phase
  };
  std::vector<PlaceRows> place_rows_;  ///< `[k][r][s]`
  std::size_t kernel_rows_ = 0, kernel_columns_ = 0;
  std::vector<std::uint64_t> updates_;    ///< `[phase][column][class]`: all ones, or zero
  std::vector<std::size_t> block_bytes_;  ///< of a vector, by block
  std::vector<std::uint32_t> column_of_;  ///< by kernel position, within its phase
  std::size_t columns_ = 0;
  std::vector<std::uint64_t> weight_counts_;  ///< non-zero, by block and column, all groups
  std::size_t longest_block_ = 0;             ///< vectors, of all groups
  std::vector<BlockWork> work_;               ///< by block, of all groups
  /// Of the last tile that ended; PEs read it when the next may have begun.
  struct Ended {
    std::size_t classes = 0;
    std::vector<OutcomeCounts> outcomes;  ///< by block and class
    std::vector<BlockWork> work;          ///< by block
  };
  Ended ended_;
  StepRows rows_;
  PositionTables positions_;
};

}  // namespace scnn::pe
