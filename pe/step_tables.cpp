#include "pe/step_tables.hpp"

#include <algorithm>
#include <memory>

namespace scnn::pe {
namespace {

constexpr std::int64_t kMostBanks = 128;
/// Queue vectors are read and written in whole registers of up to this many lanes.
constexpr std::size_t kLaneStep = 32;
/// A row starts on a cache line, so that reading 32 lanes of it never crosses one.
constexpr std::size_t kRowAlignment = 64;
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
  job_ = &job;
  const memory::Architecture& arch = *job.arch;
  const std::int64_t deepest = arch.accumulator.queue_threshold + arch.F * arch.I;
  usable_ = arch.accumulator.bypass == memory::Bypass::none &&
            arch.accumulator.bank_map == memory::BankMap::linear &&
            arch.accumulator.banks <= kMostBanks && deepest <= UINT16_MAX;
  phases_ = static_cast<std::size_t>(phase_split(*job.shape, arch).count());
  classes_ = OutcomeClasses(job);
  lane_bytes_ = deepest <= UINT8_MAX ? 1 : 2;
  lanes_ = round_up(static_cast<std::size_t>(arch.accumulator.banks), kLaneStep);
  row_bytes_ =
      round_up((static_cast<std::size_t>(arch.accumulator.banks) + lanes_) * lane_bytes_, 64);
  usable_ = usable_ && most_vectors(*job.stream) * classes_.most() * row_bytes_ <= kMostRowBytes;
  channels_ = round_up(static_cast<std::size_t>(job.kc), kChannelStep);
  list_columns();
  tabled_ = classes_.most() * columns_ <= kMostOutcomes;
  usable_ = usable_ && tabled_;
  if (tabled_) list_reached();
  weight_counts_.assign(job.stream->blocks_per_group * columns_, 0);
  return usable_;
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

void StepTables::list_reached() {
  const LayerShape& s = *job_->shape;
  const sparse::PhaseSplit split = phase_split(s, *job_->arch);
  updating_.assign(phases_ * columns_, {});
  reached_.assign(phases_ * classes_.most(), {});
  std::size_t position = 0;
  for (std::int64_t r = 0; r < s.R; ++r)
    for (std::int64_t c = 0; c < s.S; ++c, ++position) {
      const auto phase = static_cast<std::size_t>(
          split.number(s.dilation_h * r % split.h, s.dilation_w * c % split.w));
      const std::uint32_t column = column_of_[position];
      const auto address = static_cast<std::int32_t>(
          -(s.dilation_h * r / s.stride_h) * job_->tile.WA - s.dilation_w * c / s.stride_w);
      for (std::size_t k = 0; k < classes_.count(phase); ++k) {
        if (classes_.outcome(phase, k, static_cast<std::size_t>(r), static_cast<std::size_t>(c)) !=
            Outcome::update)
          continue;
        updating_[phase * columns_ + column].push_back(static_cast<std::uint32_t>(k));
        reached_[phase * classes_.most() + k].push_back(
            {address * static_cast<std::int32_t>(channels_),
             column * static_cast<std::uint32_t>(channels_)});
      }
    }
}

void StepTables::begin_group(std::int64_t group) {
  group_ = group;
  if (!tabled_) return;
  const auto blocks = job_->stream->group_blocks(static_cast<std::size_t>(group));
  for (std::size_t b = 0; b < blocks.size(); ++b) count_weights(b);
  if (usable_) {
    size_rows();
    for (std::size_t b = 0; b < blocks.size(); ++b)
      lane_bytes_ == 1 ? fill_rows<std::uint8_t>(b) : fill_rows<std::uint16_t>(b);
  }
  if (!job_->values) return;
  weights_.assign(blocks.size() * columns_ * channels_, 0);
  for (std::size_t b = 0; b < blocks.size(); ++b) spread_weights(b);
}

void StepTables::size_rows() {
  const auto blocks = job_->stream->group_blocks(static_cast<std::size_t>(group_));
  block_offset_.resize(blocks.size());
  std::size_t bytes = 0;
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    block_offset_[b] = bytes;
    bytes += blocks[b].count * vector_bytes(b);
  }
  storage_.assign(bytes + kRowAlignment, 0);
  void* base = storage_.data();
  std::size_t space = storage_.size();
  rows_ = static_cast<std::uint8_t*>(std::align(kRowAlignment, bytes, base, space));
}

template <class Lane>
void StepTables::fill_rows(std::size_t block) {
  const memory::BlockVectors& vectors =
      job_->stream->group_blocks(static_cast<std::size_t>(group_))[block];
  const std::int64_t banks = job_->arch->accumulator.banks;
  const std::size_t phase = block % phases_;
  const std::size_t row_lanes = row_bytes_ / sizeof(Lane);
  std::uint8_t* bytes = rows_ + block_offset_[block];
  for (std::uint32_t v = 0; v < vectors.count; ++v, bytes += vector_bytes(block)) {
    auto* row = reinterpret_cast<Lane*>(bytes);
    for (const auto& w : job_->stream->weights_of(job_->stream->vectors[vectors.first + v])) {
      if (w.value == 0) continue;
      const std::int64_t term = weight_term(*job_->shape, job_->tile, w) % banks;
      const auto bank = static_cast<std::size_t>(term < 0 ? term + banks : term);
      for (std::uint32_t c : updating_[phase * columns_ + column(w)]) {
        ++row[c * row_lanes + bank];
        ++row[c * row_lanes + bank + static_cast<std::size_t>(banks)];
      }
    }
  }
}

void StepTables::count_weights(std::size_t block) {
  const memory::BlockVectors& vectors =
      job_->stream->group_blocks(static_cast<std::size_t>(group_))[block];
  for (std::uint32_t v = 0; v < vectors.count; ++v)
    for (const auto& w : job_->stream->weights_of(job_->stream->vectors[vectors.first + v]))
      if (w.value != 0) ++weight_counts_[block * columns_ + column(w)];
}

void StepTables::spread_weights(std::size_t block) {
  const memory::BlockVectors& vectors =
      job_->stream->group_blocks(static_cast<std::size_t>(group_))[block];
  std::int64_t* out = weights_.data() + block * columns_ * channels_;
  for (std::uint32_t v = 0; v < vectors.count; ++v)
    for (const auto& w : job_->stream->weights_of(job_->stream->vectors[vectors.first + v]))
      out[column(w) * channels_ + w.k] = w.value;
}

void StepTables::end_tile() {
  if (!tabled_) return;
  const LayerShape& s = *job_->shape;
  const sparse::PhaseSplit split = phase_split(s, *job_->arch);
  outcomes_.assign(job_->stream->blocks_per_group * classes_.most(), {});
  for (std::int64_t r = 0; r < s.R; ++r)
    for (std::int64_t c = 0; c < s.S; ++c) {
      const auto phase = static_cast<std::size_t>(
          split.number(s.dilation_h * r % split.h, s.dilation_w * c % split.w));
      const std::size_t col = column_of_[static_cast<std::size_t>(r * s.S + c)];
      for (std::size_t k = 0; k < classes_.count(phase); ++k) {
        const Outcome outcome =
            classes_.outcome(phase, k, static_cast<std::size_t>(r), static_cast<std::size_t>(c));
        for (std::size_t b = phase; b < job_->stream->blocks_per_group; b += phases_) {
          OutcomeCounts& counts = outcomes_[b * classes_.most() + k];
          const std::uint64_t n = weight_counts_[b * columns_ + col];
          (outcome == Outcome::update          ? counts.updates
           : outcome == Outcome::outside_plane ? counts.outside_plane
                                               : counts.off_stride) += n;
        }
      }
    }
}

}  // namespace scnn::pe
