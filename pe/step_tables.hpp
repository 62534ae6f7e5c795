/// What every PE's step kernel reads of a K-group, prepared once for all of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pe/outcome_classes.hpp"
#include "pe/position_tables.hpp"
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

/// A group's rows take more room than a cache has; made as needed, they are used while they are
/// in it. At once, threads can share the work, teams may turn back to the group's start, and PEs
/// beside the teams may keep a time of their own.
enum class RowsMade : std::uint8_t { at_once, as_needed };

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
  /// Begins a K-group: lists its weights when values are wanted, and makes its rows.
  void begin_group(std::int64_t group, Workers& workers, RowsMade made = RowsMade::at_once);
  /// When rows are made as needed: those of all blocks with an entry before `known`.
  /// \param first  block whose rows, and those of all behind it, are still wanted
  void make_rows(std::size_t first, std::size_t known);
  /// The group of the tile that has begun; -1 for none.
  [[nodiscard]] std::int64_t group() const { return group_; }

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
  /// Where the rows of the block's first vector begin, and bytes from vector to vector.
  [[nodiscard]] const std::uint8_t* block_rows(std::size_t block) const {
    return reinterpret_cast<const std::uint8_t*>(storage_.data()) + block_offset_[block];
  }
  [[nodiscard]] std::size_t vector_bytes(std::size_t block) const { return block_bytes_[block]; }
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
  void make_room(std::size_t first, std::size_t bytes);
  [[nodiscard]] std::size_t place_block(std::size_t block);
  void count_weights(std::size_t block);
  void fill_rows(std::size_t block);
  [[nodiscard]] std::size_t column(const sparse::StoredWeight& w) const {
    return column_of_[w.r * static_cast<std::size_t>(job_->shape->S) + w.s];
  }

  const TileJob* job_ = nullptr;
  bool usable_ = false, tabled_ = false;
  std::int64_t group_ = -1;
  std::size_t phases_ = 1;
  BankPitches pitches_;
  OutcomeClasses classes_;
  std::size_t lane_bytes_ = 1, lanes_ = 0, row_bytes_ = 0;
  /// A row starts on a cache line, so that reading 32 lanes of it never crosses one.
  struct alignas(64) RowLine {
    std::uint8_t lane[64];
  };
  std::vector<RowLine> storage_;
  std::size_t used_ = 0;         ///< bytes of it
  std::size_t made_blocks_ = 0;  ///< of the group, whose rows are there or were
  /// For every bank a row with one weight in it. Counts never leave their lanes, so rows
  /// add as words.
  std::vector<std::uint64_t> patterns_;
  std::vector<const std::uint64_t*> row_of_bank_;  ///< twice, one behind the other
  std::vector<std::uint32_t> channel_bank_;        ///< by k
  /// What the rows of weights at a kernel position are made of.
  struct PositionRows {
    std::uint32_t bank = 0;    ///< its term of the bank
    std::uint32_t column = 0;  ///< its number within its phase
    const std::uint64_t* updates = nullptr;
  };
  std::vector<PositionRows> position_rows_;
  std::vector<std::uint64_t> updates_;  ///< `[phase][column][class]`: all ones, or zero
  std::vector<std::size_t> block_offset_;
  std::vector<std::size_t> block_bytes_;  ///< of a vector, by block
  std::vector<std::uint32_t> column_of_;  ///< by kernel position, within its phase
  std::size_t columns_ = 0;
  std::vector<std::uint64_t> weight_counts_;  ///< non-zero, by block and column, all groups
  std::vector<BlockWork> work_;               ///< by block, of all groups
  /// Of the last tile that ended; PEs read it when the next may have begun.
  struct Ended {
    std::size_t classes = 0;
    std::vector<OutcomeCounts> outcomes;  ///< by block and class
    std::vector<BlockWork> work;          ///< by block
  };
  Ended ended_;
  PositionTables positions_;
};

}  // namespace scnn::pe
