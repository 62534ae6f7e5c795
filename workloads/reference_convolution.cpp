#include "workloads/reference_convolution.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <span>
#include <vector>

#include "sparse_formats/run_kernel.hpp"
#include "workloads/reference_sum.hpp"

namespace scnn::workloads {
namespace {

/// Output positions worked on at a time.
constexpr auto kTargetPositions = static_cast<std::int64_t>(kPositions);
constexpr std::int64_t kInt32Max = std::numeric_limits<std::int32_t>::max();
/// Terms taken at a time for all output channels: what they meet stays in the L1 cache.
constexpr std::size_t kChunkTerms = 128;

/// A stretch of the output plane: whole rows, or a part of one row that is long; in
/// either case its positions lie next to each other in the output tensor.
struct Stretch {
  std::int64_t first_row, rows;
  std::int64_t first_column, columns;
  [[nodiscard]] std::size_t positions() const { return static_cast<std::size_t>(rows * columns); }
};

std::vector<Stretch> stretches(std::int64_t Ho, std::int64_t Wo) {
  const std::int64_t rows = std::max<std::int64_t>(1, kTargetPositions / Wo);
  const std::int64_t columns = std::min(Wo, kTargetPositions);
  std::vector<Stretch> all;
  for (std::int64_t y = 0; y < Ho; y += rows)
    for (std::int64_t x = 0; x < Wo; x += columns)
      all.push_back({y, std::min(rows, Ho - y), x, std::min(columns, Wo - x)});
  return all;
}

/// One row of a term: `out[ox] = row[ox*stride + offset]`, zero where that is off the row.
void gather_row(std::span<const std::int16_t> row, std::int64_t stride, std::int64_t offset,
                std::span<std::int16_t> out) {
  const auto W = static_cast<std::int64_t>(row.size());
  if (stride == 1) {
    const std::int64_t n = std::ssize(out);
    const std::int64_t begin = std::clamp<std::int64_t>(-offset, 0, n);
    const std::int64_t end = std::clamp<std::int64_t>(W - offset, begin, n);
    std::fill_n(out.begin(), begin, std::int16_t{0});
    if (begin < end)
      std::copy(row.begin() + begin + offset, row.begin() + end + offset, out.begin() + begin);
    std::fill(out.begin() + end, out.end(), std::int16_t{0});
    return;
  }
  for (std::size_t ox = 0; ox < out.size(); ++ox) {
    const std::int64_t x = static_cast<std::int64_t>(ox) * stride + offset;
    out[ox] = x >= 0 && x < W ? row[static_cast<std::size_t>(x)] : std::int16_t{0};
  }
}

/// One channel's input plane, met by kernel position (r, q), over a stretch.
void gather_term(const LayerShape& s, std::span<const std::int16_t> plane, std::int64_t r,
                 std::int64_t q, const Stretch& part, std::span<std::int16_t> out) {
  const auto columns = static_cast<std::size_t>(part.columns);
  const std::int64_t offset = part.first_column * s.stride_w + q * s.dilation_w - s.pad_left;
  for (std::int64_t i = 0; i < part.rows; ++i) {
    const auto target = out.subspan(static_cast<std::size_t>(i) * columns, columns);
    const std::int64_t y = (part.first_row + i) * s.stride_h + r * s.dilation_h - s.pad_top;
    if (y < 0 || y >= s.H) {
      std::fill(target.begin(), target.end(), std::int16_t{0});
      continue;
    }
    const auto row =
        plane.subspan(static_cast<std::size_t>(y * s.W), static_cast<std::size_t>(s.W));
    gather_row(row, s.stride_w, offset, target);
  }
}

/// For each term (c, r, s) of a group's sum, the input value that meets the weight at
/// every output position of a stretch, padding zeros included ("im2col").
/// \param inputs  `[terms][kPositions]`, zeros behind the stretch's end
void gather(const LayerShape& s, std::span<const std::int16_t> input, std::int64_t group,
            const Stretch& part, std::vector<std::int16_t>& inputs) {
  const auto plane = static_cast<std::size_t>(s.H * s.W);
  inputs.assign(static_cast<std::size_t>(s.group_C() * s.R * s.S) * kPositions, 0);
  std::size_t t = 0;
  for (std::int64_t c = group * s.group_C(); c < (group + 1) * s.group_C(); ++c)
    for (std::int64_t r = 0; r < s.R; ++r)
      for (std::int64_t q = 0; q < s.S; ++q, ++t)
        gather_term(s, input.subspan(static_cast<std::size_t>(c) * plane, plane), r, q, part,
                    std::span(inputs).subspan(t * kPositions, part.positions()));
}

std::int64_t largest_magnitude(std::span<const std::int16_t> x) {
  if (x.empty()) return 0;
  const auto [low, high] = std::minmax_element(x.begin(), x.end());
  return std::max(std::abs(std::int64_t{*low}), std::abs(std::int64_t{*high}));
}

/// The weights of a convolution group that are not zero, by chunk and by output channel.
class GroupTerms {
 public:
  GroupTerms(const LayerShape& s, std::span<const std::int16_t> input,
             std::span<const std::int16_t> weights, std::int64_t group)
      : kernel_(static_cast<std::size_t>(s.R * s.S)),
        channels_(static_cast<std::size_t>(s.group_K())),
        terms_of_channel_(static_cast<std::size_t>(s.group_C()) * kernel_) {
    const auto plane = static_cast<std::size_t>(s.H * s.W);
    const auto inputs = static_cast<std::size_t>(s.group_C());
    const std::size_t first = static_cast<std::size_t>(group) * inputs;
    for (std::size_t c = first; c < first + inputs; ++c)
      peaks_.insert(peaks_.end(), kernel_, largest_magnitude(input.subspan(c * plane, plane)));
    const auto filters =
        weights.subspan(static_cast<std::size_t>(group) * channels_ * terms_of_channel_,
                        channels_ * terms_of_channel_);
    for (std::size_t chunk = 0; chunk < chunks(); ++chunk)
      for (std::size_t k = 0; k < channels_; ++k)
        list(filters.subspan(k * terms_of_channel_, terms_of_channel_), chunk * kChunkTerms);
  }

  [[nodiscard]] std::size_t chunks() const {
    return (terms_of_channel_ + kChunkTerms - 1) / kChunkTerms;
  }
  /// \param k  output channel within the group
  [[nodiscard]] std::span<const ReferenceTerms> of(std::size_t chunk, std::size_t k) const {
    const std::size_t* first = first_.data() + chunk * channels_ + k;
    return std::span(terms_).subspan(first[0], first[1] - first[0]);
  }

 private:
  /// Lists a chunk of a filter. Products are summed in 32 bits for as long as
  /// `sum |weight| * peak` proves that no sum can leave them.
  void list(std::span<const std::int16_t> filter, std::size_t begin) {
    std::int64_t bound = 0;
    bool room = false;  // the last terms have it for one more
    std::int16_t weights[kChunkTerms + sparse::kPickSlack];
    std::uint16_t gaps[kChunkTerms + sparse::kPickSlack];
    const std::size_t size = std::min(kChunkTerms, filter.size() - begin);
    const std::size_t count =
        sparse::pick_nonzero(filter.subspan(begin, size), weights, gaps).count;
    std::size_t t = begin;
    for (std::size_t i = 0; i < count; ++i, ++t) {
      t += gaps[i];
      const std::int64_t reach = std::abs(std::int64_t{weights[i]}) * peaks_[t];
      const bool widen = bound + reach > kInt32Max;
      bound = (widen ? 0 : bound) + reach;  // one product is at most 2^30
      const auto number = static_cast<std::uint32_t>(t);
      if (room && !widen) {
        terms_.back().number[1] = number;
        terms_.back().weight[1] = weights[i];
      } else {
        terms_.push_back({{number, number}, {weights[i], 0}, widen});
      }
      room = !room || widen;
    }
    first_.push_back(terms_.size());
  }

  std::size_t kernel_, channels_, terms_of_channel_;
  std::vector<std::int64_t> peaks_;  ///< largest input magnitude, by term
  std::vector<ReferenceTerms> terms_;
  std::vector<std::size_t> first_{0};
};

/// \param sums  `[k][kPositions]`, of a group's output channels
void sum_stretch(const LayerShape& s, const GroupTerms& terms,
                 const std::vector<std::int16_t>& inputs, std::size_t positions,
                 std::vector<std::int64_t>& sums) {
  const auto channels = static_cast<std::size_t>(s.group_K());
  sums.assign(channels * kPositions, 0);
  for (std::size_t chunk = 0; chunk < terms.chunks(); ++chunk)
    for (std::size_t k = 0; k < channels; ++k)
      add_terms(terms.of(chunk, k), inputs.data(), sums.data() + k * kPositions, positions);
}

}  // namespace

Tensor<std::int64_t> reference_convolution(const LayerShape& s, const Tensor<std::int16_t>& input,
                                           const Tensor<std::int16_t>& weights,
                                           const ForEach& for_each) {
  Tensor<std::int64_t> output({1, s.K, s.Ho(), s.Wo()});
  const std::vector<Stretch> plane = stretches(s.Ho(), s.Wo());
  const std::size_t shares = for_each.parts(plane.size());
  for (std::int64_t group = 0; group < s.groups; ++group) {
    const GroupTerms terms(s, input.values(), weights.values(), group);
    for_each.run(shares, [&](std::size_t share) {
      std::vector<std::int16_t> inputs;
      std::vector<std::int64_t> sums;
      const std::size_t end = plane.size() * (share + 1) / shares;
      for (std::size_t n = plane.size() * share / shares; n < end; ++n) {
        gather(s, input.values(), group, plane[n], inputs);
        sum_stretch(s, terms, inputs, plane[n].positions(), sums);
        for (std::int64_t k = 0; k < s.group_K(); ++k) {
          const std::size_t start =
              output.index(0, group * s.group_K() + k, plane[n].first_row, plane[n].first_column);
          std::copy_n(sums.data() + static_cast<std::size_t>(k) * kPositions, plane[n].positions(),
                      output.values().begin() + static_cast<std::ptrdiff_t>(start));
        }
      }
    });
  }
  return output;
}

}  // namespace scnn::workloads
