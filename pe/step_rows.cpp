#include "pe/step_rows.hpp"

#include <algorithm>
#include <cstring>

#include "pe/row_kernel.hpp"
#include "pe/step_tables.hpp"

namespace scnn::pe {
namespace {

/// Blocks whose rows one task makes.
constexpr std::size_t kBlocksToShare = 16;
/// Vectors whose rows are made in one call.
constexpr std::size_t kVectorsAtOnce = 16;
/// Room for rows made as needed: what is at hand stays in the second cache.
constexpr std::size_t kRowsAtHand = std::size_t{256} << 10;

}  // namespace

void StepRows::begin_group(const StepTables& tables, std::int64_t group,
                           std::span<std::uint64_t> counts) {
  tables_ = &tables;
  group_ = group;
  counts_ = counts;
  block_offset_.resize(tables.blocks(group).size());
  used_ = made_blocks_ = 0;
}

void StepRows::make_all(Workers& workers) {
  const auto blocks = tables_->blocks(group_);
  std::size_t bytes = 0;
  for (std::size_t b = 0; b < blocks.size(); ++b)
    bytes += blocks[b].count * tables_->vector_bytes(b);
  make_room(0, bytes);
  for (std::size_t b = 0; b < blocks.size(); ++b) block_offset_[b] = place_block(b);
  // Blocks by the handful: one alone is too little for a task.
  const std::size_t shares = (blocks.size() + kBlocksToShare - 1) / kBlocksToShare;
  workers.for_each(shares, [&](std::size_t share) {
    const std::size_t end = std::min(blocks.size(), (share + 1) * kBlocksToShare);
    for (std::size_t b = share * kBlocksToShare; b < end; ++b) fill(b);
  });
  made_blocks_ = blocks.size();
}

void StepRows::make(std::size_t first, std::size_t known) {
  const auto blocks = tables_->blocks(group_);
  std::size_t end = made_blocks_, bytes = 0;
  for (; end < blocks.size() && blocks[end].first < known; ++end)
    bytes += blocks[end].count * tables_->vector_bytes(end);
  if (end == made_blocks_) return;
  make_room(first, bytes);
  for (; made_blocks_ < end; ++made_blocks_) {
    block_offset_[made_blocks_] = place_block(made_blocks_);
    fill(made_blocks_);
  }
}

/// Moves the rows of block `first` and those behind it to the front, unless there is room for
/// more where they are.
void StepRows::make_room(std::size_t first, std::size_t bytes) {
  const std::size_t room = storage_.size() * sizeof(RowLine);
  if (used_ + bytes <= room) return;
  const std::size_t from = first < made_blocks_ ? block_offset_[first] : used_;
  if (used_ > from) std::memmove(storage_.data(), storage_.data()->lane + from, used_ - from);
  for (std::size_t b = first; b < made_blocks_; ++b) block_offset_[b] -= from;
  used_ -= from;
  if (used_ + bytes > room)
    storage_.resize((std::max(used_ + bytes, kRowsAtHand) + sizeof(RowLine) - 1) / sizeof(RowLine));
}

std::size_t StepRows::place_block(std::size_t block) {
  const std::size_t at = used_;
  used_ += tables_->blocks(group_)[block].count * tables_->vector_bytes(block);
  return at;
}

/// Makes the rows of a block's vectors, and counts its weights on the way.
void StepRows::fill(std::size_t block) {
  const StepTables& tables = *tables_;
  const memory::BlockVectors& vectors = tables.blocks(group_)[block];
  // Of a block without vectors there may be no rows at all.
  auto* rows = reinterpret_cast<std::uint64_t*>(reinterpret_cast<std::uint8_t*>(storage_.data()) +
                                                block_offset_[block]);
  std::uint64_t* const counts = counts_.data() + block * tables.columns();
  RowWeights some[kVectorsAtOnce];
  const std::size_t step = tables.vector_bytes(block) / sizeof(std::uint64_t);
  const std::size_t words = tables.row_bytes() / sizeof(std::uint64_t);
  for (std::uint32_t v = 0; v < vectors.count;) {
    const std::uint32_t n = std::min<std::uint32_t>(vectors.count - v, kVectorsAtOnce);
    for (std::uint32_t i = 0; i < n; ++i, ++v) tables.describe(vectors.first + v, some[i], counts);
    add_rows(rows, words, step / words - 1, {some, n});
    rows += n * step;
  }
}

}  // namespace scnn::pe
