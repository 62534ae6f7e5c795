#include "pe/position_tables.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace scnn::pe {
namespace {

/// Bytes of planes that stay in the first cache beside weights and sums.
constexpr std::size_t kChunkBytes = std::size_t{24} << 10;
/// Positions whose sums are in registers at a time, where there are most of these.
constexpr std::size_t kHeldPositions = 192;

/// Lines of a channel's planes, over all PEs, to an input: of more, sums are made one product at
/// a time.
constexpr double kMostLines = 2.0;

std::size_t whole_lines(std::size_t n) {
  return (n + kPositionStep - 1) / kPositionStep * kPositionStep;
}

/// One axis of all PEs' windows: what the layout depends on.
struct AxisExtent {
  std::int64_t valid = 0;  ///< window positions that are drained, at most
  std::int64_t pitch = 0;  ///< that keeps products outside the plane away from those
};

/// \param farthest  largest window offset of a weight
AxisExtent extent_of(const AxisRule& rule, std::int64_t farthest, const Range& inputs,
                     const Range& reach, std::int64_t origin) {
  AxisExtent e;
  if (inputs.size() == 0 || reach.size() == 0) return e;
  e.valid = reach.end - origin;
  const auto in_window = [&](std::int64_t i) {
    return floor_div(i + rule.pad, rule.stride) - origin;
  };
  // Activations before the window or too far behind it have no product that counts.
  const std::int64_t first = std::max<std::int64_t>(0, in_window(inputs.begin));
  const std::int64_t last = std::min(e.valid - 1 + farthest, in_window(inputs.end - 1));
  // A product `n` positions before a row's first lands as many before the end of the row above.
  e.pitch = std::max(e.valid + std::max<std::int64_t>(0, farthest - first), last + 1);
  return e;
}

}  // namespace

void PositionTables::begin_tile(const TileJob& job) {
  job_ = &job;
  blocks_ = job.stream->blocks_per_group;
  channels_ = static_cast<std::size_t>(job.kc);
  const sparse::PhaseSplit split = phase_split(*job.shape, *job.arch);
  parts_ = {job.shape->stride_h / split.h, job.shape->stride_w / split.w};
  chosen_ = lay_out();
  if (chosen_) find_peak();
}

void PositionTables::find_peak() {
  const LayerShape& s = *job_->shape;
  const Rect& inputs = job_->tile.inputs;
  const std::int64_t first = job_->conv_group * s.group_C();
  std::int16_t low = 0, high = 0;
  for (std::int64_t c = first; c < first + s.group_C(); ++c)
    for (std::int64_t y = inputs.rows.begin; y < inputs.rows.end; ++y) {
      const std::int16_t* row = job_->input->values().data() + job_->input->index(0, c, y, 0);
      for (std::int64_t x = inputs.cols.begin; x < inputs.cols.end; ++x) {
        low = std::min(low, row[x]);
        high = std::max(high, row[x]);
      }
    }
  peak_ = std::max(-std::int64_t{low}, std::int64_t{high});
}

bool PositionTables::lay_out() {
  const LayerShape& s = *job_->shape;
  const std::int64_t farthest_row = s.dilation_h * (s.R - 1) / s.stride_h;
  const std::int64_t farthest_col = s.dilation_w * (s.S - 1) / s.stride_w;
  std::int64_t valid_rows = 0, valid_cols = 0, pitch = 0;
  for (const PeRegion& p : job_->regions) {
    const AxisExtent rows =
        extent_of(row_rule(s, job_->tile), farthest_row, p.inputs.rows, p.reach.rows, p.o0);
    const AxisExtent cols =
        extent_of(col_rule(s, job_->tile), farthest_col, p.inputs.cols, p.reach.cols, p.p0);
    valid_rows = std::max(valid_rows, rows.valid);
    valid_cols = std::max(valid_cols, cols.valid);
    pitch = std::max(pitch, cols.pitch);
  }
  // A line of positions costs what a few products do. Where windows are wide and hold few
  // activations, nothing is gained, and planes can be of any size.
  const auto pes = std::count_if(job_->regions.begin(), job_->regions.end(),
                                 [](const PeRegion& p) { return p.inputs.area() > 0; });
  const auto numbers = static_cast<double>(valid_rows + farthest_row + 1) *
                       static_cast<double>(pitch) * static_cast<double>(parts_.count());
  const auto inputs = static_cast<double>(job_->tile.inputs.area()) /
                      static_cast<double>(phase_split(s, *job_->arch).count());
  if (static_cast<double>(pes) * numbers > kMostLines * inputs * kPositionStep) return false;
  pitch_ = static_cast<std::size_t>(pitch);
  rows_ = static_cast<std::size_t>(valid_rows + farthest_row);
  columns_ = static_cast<std::size_t>(std::min(pitch, valid_cols + farthest_col));
  positions_ = whole_lines(static_cast<std::size_t>(valid_rows * pitch));
  const auto farthest = static_cast<std::size_t>(farthest_row * pitch + farthest_col);
  part_ = std::max(positions_ + farthest, rows_ * pitch_);
  plane_ = static_cast<std::size_t>(parts_.count()) * part_;
  const std::size_t touched =
      static_cast<std::size_t>(parts_.count()) * (std::min(positions_, kHeldPositions) + farthest);
  chunk_blocks_ = 1 + kChunkBytes / (1 + touched * sizeof(std::int16_t));
  offset_.clear();
  for (std::int64_t r = 0; r < s.R; ++r)
    for (std::int64_t c = 0; c < s.S; ++c)
      offset_.push_back(static_cast<std::uint32_t>(
          static_cast<std::size_t>(
              parts_.number(s.dilation_h * r % parts_.h, s.dilation_w * c % parts_.w)) *
              part_ +
          static_cast<std::size_t>(s.dilation_h * r / s.stride_h * pitch +
                                   s.dilation_w * c / s.stride_w)));
  return true;
}

void PositionTables::begin_group(std::int64_t group, Workers& workers) {
  const auto blocks = job_->stream->group_blocks(static_cast<std::size_t>(group));
  first_.resize(chunks() * channels_);
  end_.resize(chunks() * channels_);
  std::vector<std::uint32_t> before(chunks());  // room for a pair to each weight
  std::size_t weights = 0;
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    if (b % chunk_blocks_ == 0) before[b / chunk_blocks_] = static_cast<std::uint32_t>(weights);
    weights += blocks[b].nonzero;
  }
  if (pairs_.size() < weights) pairs_.resize(weights);
  workers.for_each(chunks(), [&](std::size_t chunk) { list_chunk(chunk, before[chunk], blocks); });
}

/// Sorts a chunk's weights by output channel.
/// \param before  where its pairs begin
void PositionTables::list_chunk(std::size_t chunk, std::uint32_t before,
                                std::span<const memory::BlockVectors> blocks) {
  const std::size_t first_block = chunk * chunk_blocks_;
  const std::size_t end_block = std::min(blocks.size(), first_block + chunk_blocks_);
  const memory::WeightStream& stream = *job_->stream;
  const auto for_weights = [&](auto&& take) {
    for (std::size_t b = first_block; b < end_block; ++b)
      for (std::uint32_t v = 0; v < blocks[b].count; ++v)
        for (const auto& w : stream.weights_of(stream.vectors[blocks[b].first + v]))
          if (w.value != 0) take(b, w);
  };
  std::uint32_t* const first = first_.data() + chunk * channels_;
  std::uint32_t* const end = end_.data() + chunk * channels_;
  std::fill_n(end, channels_, 0);
  for_weights([&](std::size_t /*b*/, const sparse::StoredWeight& w) { ++end[w.k]; });
  for (std::size_t k = 0; k < channels_; ++k) {
    first[k] = before;
    before += end[k];
    end[k] = first[k];
  }
  struct Open {
    std::int64_t bound = 0;
    bool single = false;  ///< the last pair has room for another weight
  };
  std::vector<Open> open(channels_);
  for_weights([&](std::size_t b, const sparse::StoredWeight& w) {
    const std::size_t position = w.r * static_cast<std::size_t>(job_->shape->S) + w.s;
    const auto offset = static_cast<std::uint32_t>((b - first_block) * plane_) + offset_[position];
    const std::int64_t reach = std::abs(std::int64_t{w.value}) * peak_;  // at most 2^30
    Open& o = open[w.k];
    const bool widen = o.bound + reach > std::numeric_limits<std::int32_t>::max();
    o.bound = (widen ? 0 : o.bound) + reach;
    if (o.single && !widen) {
      PositionPair& pair = pairs_[end[w.k] - 1];
      pair.offset[1] = offset;
      pair.value[1] = w.value;
    } else {
      pairs_[end[w.k]++] = {{offset, offset}, {w.value, 0}, widen};
    }
    o.single = !o.single || widen;
  });
}

}  // namespace scnn::pe
