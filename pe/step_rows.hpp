/// The rows of a K-group's weight vectors, which the step kernel adds to bank queues.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pe/workers.hpp"

namespace scnn::pe {

class StepTables;

/// A group's rows take more room than a cache has; made as needed, they are used while they are
/// in it. At once, threads can share the work, teams may turn back to the group's start, and PEs
/// beside the teams may keep a time of their own.
enum class RowsMade : std::uint8_t { at_once, as_needed };

/// Weight vectors of one group as counts per accumulator bank, laid out as StepTables says.
class StepRows {
 public:
  /// Begins a group, without rows.
  /// \param counts  receives, on top of what is there, how many weights of each block and column
  ///                are not zero; outlives the making of rows
  /// \pre `tables` have begun the group's tile and are `usable`; they outlive the group
  void begin_group(const StepTables& tables, std::int64_t group, std::span<std::uint64_t> counts);
  /// Forgets the group.
  void clear() { group_ = -1; }
  /// The group of the tile that has begun; -1 for none.
  [[nodiscard]] std::int64_t group() const { return group_; }

  /// Makes the rows of all blocks.
  void make_all(Workers& workers);
  /// Makes those of all blocks with an entry before `known`.
  /// \param first  block whose rows, and those of all behind it, are still wanted
  void make(std::size_t first, std::size_t known);

  /// Where the rows of the block's first vector begin. \pre made, and wanted since
  [[nodiscard]] const std::uint8_t* block_rows(std::size_t block) const {
    return reinterpret_cast<const std::uint8_t*>(storage_.data()) + block_offset_[block];
  }

 private:
  void make_room(std::size_t first, std::size_t bytes);
  [[nodiscard]] std::size_t place_block(std::size_t block);
  void fill(std::size_t block);

  const StepTables* tables_ = nullptr;
  std::int64_t group_ = -1;
  std::span<std::uint64_t> counts_;
  /// A row starts on a cache line, so that reading 32 lanes of it never crosses one.
  struct alignas(64) RowLine {
    std::uint8_t lane[64];
  };
  std::vector<RowLine> storage_;
  std::size_t used_ = 0;         ///< bytes of it
  std::size_t made_blocks_ = 0;  ///< of the group, whose rows are there or were
  std::vector<std::size_t> block_offset_;
};

}  // namespace scnn::pe
