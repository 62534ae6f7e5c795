#include "pe/step_tables.hpp"

#include <algorithm>
#include <cstring>

namespace scnn::pe {
namespace {

constexpr std::int64_t kMostBanks = 128;
/// Blocks whose weights one task counts.
constexpr std::size_t kBlocksToShare = 16;
/// Queue vectors are read and written in whole registers of up to this many lanes.
constexpr std::size_t kLaneStep = 32;
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
  rows_.clear();
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
            pitches_.banks <= kMostBanks && arch.F <= std::int64_t{RowLayout::kMostWeights} &&
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
  longest_block_ = 0;
  for (std::size_t b = 0; b < stream.blocks.size(); ++b) {
    BlockWork& work = work_[b % stream.blocks_per_group];
    work.entries += stream.blocks[b].count;
    longest_block_ = std::max<std::size_t>(longest_block_, stream.blocks[b].count);
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
  patterns_.assign((banks + 1) * words, 0);
  zero_row_ = patterns_.data() + banks * words;
  kernel_rows_ = static_cast<std::size_t>(s.R);
  kernel_columns_ = static_cast<std::size_t>(s.S);
  for (std::size_t b = 0; b < banks; ++b)
    for (const std::size_t lane : {b, b + banks}) {
      const std::uint16_t one = 1;
      std::memcpy(
          reinterpret_cast<std::uint8_t*>(patterns_.data() + b * words) + lane * lane_bytes_, &one,
          lane_bytes_);
    }
  const sparse::PhaseSplit split = phase_split(s, *job_->arch);
  place_rows_.clear();
  for (std::int64_t k = 0; k < job_->kc; ++k) {
    std::size_t position = 0;
    for (std::int64_t r = 0; r < s.R; ++r)
      for (std::int64_t c = 0; c < s.S; ++c, ++position) {
        const auto phase = static_cast<std::size_t>(
            split.number(s.dilation_h * r % split.h, s.dilation_w * c % split.w));
        const auto bank = static_cast<std::size_t>(
            pitches_.bank(k, 0, 0) +
            pitches_.bank(0, -(s.dilation_h * r / s.stride_h), -(s.dilation_w * c / s.stride_w)));
        const std::size_t column = column_of_[position];
        place_rows_.push_back({patterns_.data() + bank % banks * words,
                               updates_.data() + (phase * columns_ + column) * classes_.most(),
                               column});
      }
  }
}

void StepTables::begin_group(std::int64_t group, Workers& workers) {
  if (tabled_ && job_->values && positions_.chosen()) positions_.begin_group(group, workers);
}

void StepTables::begin_rows(std::int64_t group, Workers& workers, RowsMade made) {
  if (usable_) {
    rows_.begin_group(*this, group, weight_counts_);
    if (made == RowsMade::at_once) rows_.make_all(workers);
  } else if (tabled_) {
    const std::size_t count = blocks(group).size();
    workers.for_each((count + kBlocksToShare - 1) / kBlocksToShare, [&](std::size_t share) {
      const std::size_t end = std::min(count, (share + 1) * kBlocksToShare);
      for (std::size_t b = share * kBlocksToShare; b < end; ++b) count_weights(group, b);
    });
  }
}

void StepTables::describe(const memory::BlockVectors& vectors, RowWeight* weights,
                          std::uint64_t* counts) const {
  const memory::WeightStream& stream = *job_->stream;
  const memory::WeightVector& last = stream.vectors[vectors.first + vectors.count - 1];
  const std::size_t first = stream.vectors[vectors.first].first;
  const PlaceRows* const places = place_rows_.data();
  const std::size_t R = kernel_rows_, S = kernel_columns_;
  const std::uint64_t* const none = zero_row_;
  RowWeight* const end = weights + vectors.count * vector_weights();
  for (const auto& w : std::span(stream.weights).subspan(first, last.first + last.count - first)) {
    const PlaceRows& place = places[(w.k * R + w.r) * S + w.s];
    const bool zero = w.value == 0;
    weights->row = zero ? none : place.row;
    weights->updates = place.updates;
    ++weights;
    counts[place.column] += zero ? 0 : 1;
  }
  for (; weights != end; ++weights) *weights = {zero_row_, places[0].updates};
}

void StepTables::count_weights(std::int64_t group, std::size_t block) {
  const memory::BlockVectors& vectors = blocks(group)[block];
  for (std::uint32_t v = 0; v < vectors.count; ++v)
    for (const auto& w : job_->stream->weights_of(job_->stream->vectors[vectors.first + v]))
      if (w.value != 0) ++weight_counts_[block * columns_ + column(w)];
}

void StepTables::add_counts(std::span<const std::uint64_t> counts) {
  for (std::size_t i = 0; i < counts.size(); ++i) weight_counts_[i] += counts[i];
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
