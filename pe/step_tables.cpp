#include "pe/step_tables.hpp"

#include <algorithm>
#include <cstring>

#include "pe/row_kernel.hpp"

namespace scnn::pe {
namespace {

constexpr std::int64_t kMostBanks = 128;
/// Blocks whose tables one task makes.
constexpr std::size_t kBlocksToShare = 16;
/// Vectors whose rows are made in one call.
constexpr std::size_t kVectorsAtOnce = 16;
/// Queue vectors are read and written in whole registers of up to this many lanes.
constexpr std::size_t kLaneStep = 32;
/// Room for rows made as needed: what is at hand stays in the second cache.
constexpr std::size_t kRowsAtHand = std::size_t{256} << 10;
/// Rows of a K-group beyond this size would not stay in a cache, nor in a modest memory.
constexpr std::size_t kMostRowBytes = std::size_t{64} << 20;
/// More outcomes than this by class and kernel position are not worth listing.
constexpr std::size_t kMostOutcomes = std::size_t{1} << 20;

std::size_t round_up(std::size_t n, std::size_t step) { return (n + step - 1) / step * step; }

std::size_t most_vectors(const memory::WeightStream& stream) {
  std::size_t most = 0;
  for (std::size_t g = 0; g < stream.groups(); ++g)
    most = std::max<std::size_t>(most, stream.group_first[g + 1] - stream.group_first[g]);
  return most;
}

}  // namespace

bool StepTables::begin_tile(const TileJob& job) {
  group_ = -1;
  if (job.kept != nullptr && job_ == &job) {  // all but the length of runs is as it was
    if (tabled_ && job.values) positions_.begin_tile(job);
    list_work();
    return usable_;
  }
  job_ = &job;
  const memory::Architecture& arch = *job.arch;
  const std::int64_t deepest = arch.accumulator.queue_threshold + arch.F * arch.I;
  const auto pitches = bank_pitches(arch.accumulator, job.window());
  pitches_ = pitches.value_or(BankPitches{});
  usable_ = arch.accumulator.bypass == memory::Bypass::none && pitches &&
            pitches_.banks <= kMostBanks && arch.F <= std::int64_t{RowWeights::kMost} &&
            deepest <= UINT16_MAX;
  phases_ = static_cast<std::size_t>(phase_split(*job.shape, arch).count());
  classes_ = OutcomeClasses(job);
  lane_bytes_ = deepest <= UINT8_MAX ? 1 : 2;
  lanes_ = round_up(banks(), kLaneStep);
  row_bytes_ = round_up((banks() + lanes_) * lane_bytes_, 64);
  usable_ =
      usable_ && most_vectors(*job.stream) * (classes_.most() + 1) * row_bytes_ <= kMostRowBytes;
  list_columns();
  tabled_ = classes_.most() * columns_ <= kMostOutcomes;
  usable_ = usable_ && tabled_;
  if (usable_) {
    list_updates();
    list_banks();
  }
  if (tabled_ && job.values) positions_.begin_tile(job);
  weight_counts_.assign(job.stream->blocks_per_group * columns_, 0);
  list_work();
  block_bytes_.clear();
  for (std::size_t b = 0; b < job.stream->blocks_per_group; ++b)
    block_bytes_.push_back((classes_.count(b % phases_) + 1) * row_bytes_);
  return usable_;
}

/// Entries and runs of each block, over all groups.
void StepTables::list_work() {
  const memory::WeightStream& stream = *job_->stream;
  const auto run = static_cast<std::uint64_t>(job_->arch->weight_fifo_entries);
  work_.assign(stream.blocks_per_group, {});
  for (std::size_t b = 0; b < stream.blocks.size(); ++b) {
    BlockWork& work = work_[b % stream.blocks_per_group];
    work.entries += stream.blocks[b].count;
    work.runs += (stream.blocks[b].count + run - 1) / run;
  }
}

void StepTables::list_columns() {
  const LayerShape& s = *job_->shape;
  const sparse::PhaseSplit split = phase_split(s, *job_->arch);
  std::vector<std::uint32_t> next(phases_, 0);
  column_of_.clear();
  columns_ = 0;
  for (std::int64_t r = 0; r < s.R; ++r)
    for (std::int64_t c = 0; c < s.S; ++c) {
      const auto phase = static_cast<std::size_t>(
          split.number(s.dilation_h * r % split.h, s.dilation_w * c % split.w));
      column_of_.push_back(next[phase]++);
      columns_ = std::max<std::size_t>(columns_, next[phase]);
    }
}

void StepTables::list_updates() {
  const LayerShape& s = *job_->shape;
  const sparse::PhaseSplit split = phase_split(s, *job_->arch);
  updates_.assign(phases_ * classes_.most() * columns_, 0);
  std::size_t position = 0;
  for (std::int64_t r = 0; r < s.R; ++r)
    for (std::int64_t c = 0; c < s.S; ++c, ++position) {
      const auto phase = static_cast<std::size_t>(
          split.number(s.dilation_h * r % split.h, s.dilation_w * c % split.w));
      const std::uint32_t column = column_of_[position];
      for (std::size_t k = 0; k < classes_.count(phase); ++k)
        if (classes_.outcome(phase, k, static_cast<std::size_t>(r), static_cast<std::size_t>(c)) ==
            Outcome::update)
          updates_[(phase * columns_ + column) * classes_.most() + k] = ~std::uint64_t{0};
    }
}

/// The bank of a weight is that of its channel plus that of its kernel position.
void StepTables::list_banks() {
  const LayerShape& s = *job_->shape;
  const std::size_t banks = this->banks(), words = row_bytes_ / sizeof(std::uint64_t);
  patterns_.assign(banks * words, 0);
  row_of_bank_.assign(2 * banks, nullptr);
  for (std::size_t b = 0; b < banks; ++b) {
    std::uint64_t* const row = patterns_.data() + b * words;
    row_of_bank_[b] = row_of_bank_[b + banks] = row;
    for (const std::size_t lane : {b, b + banks}) {
      const std::uint16_t one = 1;
      std::memcpy(reinterpret_cast<std::uint8_t*>(row) + lane * lane_bytes_, &one, lane_bytes_);
    }
  }
  channel_bank_.clear();
  for (std::int64_t k = 0; k < job_->kc; ++k)
    channel_bank_.push_back(static_cast<std::uint32_t>(pitches_.bank(k, 0, 0)));
  const sparse::PhaseSplit split = phase_split(s, *job_->arch);
  position_rows_.clear();
  for (std::int64_t r = 0; r < s.R; ++r)
    for (std::int64_t c = 0; c < s.S; ++c) {
      const auto phase = static_cast<std::size_t>(
          split.number(s.dilation_h * r % split.h, s.dilation_w * c % split.w));
      const std::uint32_t column = column_of_[position_rows_.size()];
      position_rows_.push_back(
          {static_cast<std::uint32_t>(pitches_.bank(0, -(s.dilation_h * r / s.stride_h),
                                                    -(s.dilation_w * c / s.stride_w))),
           column, updates_.data() + (phase * columns_ + column) * classes_.most()});
    }
}

void StepTables::begin_group(std::int64_t group, Workers& workers, RowsMade made) {
  group_ = group;
  if (!tabled_) return;
  const auto blocks = job_->stream->group_blocks(static_cast<std::size_t>(group));
  if (job_->values && positions_.chosen()) positions_.begin_group(group, workers);
  block_offset_.resize(blocks.size());
  used_ = made_blocks_ = 0;
  if (usable_ && made == RowsMade::as_needed) return;
  if (usable_) {
    std::size_t bytes = 0;
    for (std::size_t b = 0; b < blocks.size(); ++b) bytes += blocks[b].count * vector_bytes(b);
    make_room(0, bytes);
    for (std::size_t b = 0; b < blocks.size(); ++b) block_offset_[b] = place_block(b);
  }
  // Blocks by the handful: one alone is too little for a task.
  const std::size_t shares = (blocks.size() + kBlocksToShare - 1) / kBlocksToShare;
  workers.for_each(shares, [&](std::size_t share) {
    const std::size_t end = std::min(blocks.size(), (share + 1) * kBlocksToShare);
    for (std::size_t b = share * kBlocksToShare; b < end; ++b)
      usable_ ? fill_rows(b) : count_weights(b);
  });
  made_blocks_ = blocks.size();
}

void StepTables::make_rows(std::size_t first, std::size_t known) {
  if (!usable_) return;
  const auto blocks = job_->stream->group_blocks(static_cast<std::size_t>(group_));
  std::size_t end = made_blocks_, bytes = 0;
  for (; end < blocks.size() && blocks[end].first < known; ++end)
    bytes += blocks[end].count * vector_bytes(end);
  if (end == made_blocks_) return;
  make_room(first, bytes);
  for (; made_blocks_ < end; ++made_blocks_) {
    block_offset_[made_blocks_] = place_block(made_blocks_);
    fill_rows(made_blocks_);
  }
}

/// Moves the rows of block `first` and those behind it to the front, unless there is room for
/// more where they are.
void StepTables::make_room(std::size_t first, std::size_t bytes) {
  const std::size_t room = storage_.size() * sizeof(RowLine);
  if (used_ + bytes <= room) return;
  const std::size_t from = first < made_blocks_ ? block_offset_[first] : used_;
  if (used_ > from) std::memmove(storage_.data(), storage_.data()->lane + from, used_ - from);
  for (std::size_t b = first; b < made_blocks_; ++b) block_offset_[b] -= from;
  used_ -= from;
  if (used_ + bytes > room)
    storage_.resize((std::max(used_ + bytes, kRowsAtHand) + sizeof(RowLine) - 1) / sizeof(RowLine));
}

std::size_t StepTables::place_block(std::size_t block) {
  const auto blocks = job_->stream->group_blocks(static_cast<std::size_t>(group_));
  const std::size_t at = used_;
  used_ += blocks[block].count * vector_bytes(block);
  return at;
}

/// Makes the rows of a block's vectors, and counts its weights on the way.
void StepTables::fill_rows(std::size_t block) {
  const memory::WeightStream& stream = *job_->stream;
  const memory::BlockVectors& vectors =
      stream.group_blocks(static_cast<std::size_t>(group_))[block];
  const auto S = static_cast<std::size_t>(job_->shape->S);
  // Of a block without vectors there may be no rows at all.
  auto* rows = reinterpret_cast<std::uint64_t*>(reinterpret_cast<std::uint8_t*>(storage_.data()) +
                                                block_offset_[block]);
  std::uint64_t* const counts = weight_counts_.data() + block * columns_;
  RowWeights some[kVectorsAtOnce];
  const std::size_t step = vector_bytes(block) / sizeof(std::uint64_t);
  for (std::uint32_t v = 0; v < vectors.count;) {
    const std::uint32_t n = std::min<std::uint32_t>(vectors.count - v, kVectorsAtOnce);
    for (std::uint32_t i = 0; i < n; ++i, ++v) {
      RowWeights& vector = some[i];
      vector.count = 0;
      for (const auto& w : stream.weights_of(stream.vectors[vectors.first + v])) {
        const PositionRows& position = position_rows_[w.r * S + w.s];
        vector.row[vector.count] = row_of_bank_[channel_bank_[w.k] + position.bank];
        vector.updates[vector.count] = position.updates;
        const std::size_t nonzero = w.value != 0 ? 1 : 0;
        counts[position.column] += nonzero;
        vector.count += nonzero;
      }
    }
    add_rows(rows, row_bytes_ / sizeof(std::uint64_t), classes_.count(block % phases_), {some, n});
    rows += n * step;
  }
}

void StepTables::count_weights(std::size_t block) {
  const memory::BlockVectors& vectors =
      job_->stream->group_blocks(static_cast<std::size_t>(group_))[block];
  for (std::uint32_t v = 0; v < vectors.count; ++v)
    for (const auto& w : job_->stream->weights_of(job_->stream->vectors[vectors.first + v]))
      if (w.value != 0) ++weight_counts_[block * columns_ + column(w)];
}

void StepTables::end_tile() {
  if (!tabled_) return;
  const LayerShape& s = *job_->shape;
  const sparse::PhaseSplit split = phase_split(s, *job_->arch);
  ended_.work = work_;
  ended_.classes = classes_.most();
  ended_.outcomes.assign(job_->stream->blocks_per_group * classes_.most(), {});
  for (std::int64_t r = 0; r < s.R; ++r)
    for (std::int64_t c = 0; c < s.S; ++c) {
      const auto phase = static_cast<std::size_t>(
          split.number(s.dilation_h * r % split.h, s.dilation_w * c % split.w));
      const std::size_t col = column_of_[static_cast<std::size_t>(r * s.S + c)];
      for (std::size_t k = 0; k < classes_.count(phase); ++k) {
        const Outcome outcome =
            classes_.outcome(phase, k, static_cast<std::size_t>(r), static_cast<std::size_t>(c));
        for (std::size_t b = phase; b < job_->stream->blocks_per_group; b += phases_) {
          OutcomeCounts& counts = ended_.outcomes[b * classes_.most() + k];
          const std::uint64_t n = weight_counts_[b * columns_ + col];
          (outcome == Outcome::update          ? counts.updates
           : outcome == Outcome::outside_plane ? counts.outside_plane
                                               : counts.off_stride) += n;
        }
      }
    }
}

}  // namespace scnn::pe
