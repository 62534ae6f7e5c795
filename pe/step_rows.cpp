#include "pe/step_rows.hpp"

#include <algorithm>
#include <cstring>

#include "pe/row_kernel.hpp"
#include "pe/step_tables.hpp"

namespace scnn::pe {
namespace {

/// Blocks whose rows one task makes.
constexpr std::size_t kBlocksToShare = 16;
/// Room for rows made as needed: what is at hand stays in the second cache.
constexpr std::size_t kRowsAtHand = std::size_t{64} << 10;

/// Of a block, while its rows are made: threads share the blocks.
std::vector<RowWeight>& weights_of_thread() {
  static thread_local std::vector<RowWeight> weights;
  return weights;
}

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
  if (vectors.count == 0) return;
  RowLayout layout;
  layout.words = tables.row_bytes() / sizeof(std::uint64_t);
  layout.halves_equal = tables.halves_equal();
  layout.classes = tables.vector_bytes(block) / tables.row_bytes() - 1;
  layout.weights = tables.vector_weights();
  std::vector<RowWeight>& weights = weights_of_thread();
  weights.resize(vectors.count * layout.weights);
  tables.describe(vectors, weights.data(), counts_.data() + block * tables.columns());
  auto* const bytes = reinterpret_cast<std::uint8_t*>(storage_.data()) + block_offset_[block];
  add_rows(reinterpret_cast<std::uint64_t*>(bytes), layout, weights);
}

}  // namespace scnn::pe
