#include "workloads/reference_convolution.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <span>
#include <vector>

namespace scnn::workloads {
namespace {

/// Output positions worked on at a time: their partial sums stay in the L1 cache.
constexpr std::int64_t kTargetPositions = 512;
constexpr std::int64_t kInt32Max = std::numeric_limits<std::int32_t>::max();

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

/// For each term (c, r, s) of a group's sum, the input value that meets the weight at
/// every output position of a stretch, padding zeros included ("im2col").
struct Patches {
  std::size_t positions = 0;
  std::vector<std::int16_t> values;  ///< [terms][positions]
  std::vector<std::int64_t> peak;    ///< [terms], largest magnitude

  [[nodiscard]] std::span<const std::int16_t> term(std::size_t t) const {
    return std::span(values).subspan(t * positions, positions);
  }
};

/// One row of a term: `out[ox] = row[ox*stride + offset]`, zero where that is off the row.
void gather_row(std::span<const std::int16_t> row, std::int64_t stride, std::int64_t offset,
                std::span<std::int16_t> out) {
  const auto W = static_cast<std::int64_t>(row.size());
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

std::int64_t largest_magnitude(std::span<const std::int16_t> x) {
  if (x.empty()) return 0;
  const auto [low, high] = std::minmax_element(x.begin(), x.end());
  return std::max(std::abs(std::int64_t{*low}), std::abs(std::int64_t{*high}));
}

void gather(const LayerShape& s, std::span<const std::int16_t> input, std::int64_t group,
            const Stretch& part, Patches& patches) {
  const auto terms = static_cast<std::size_t>(s.group_C() * s.R * s.S);
  const auto plane = static_cast<std::size_t>(s.H * s.W);
  patches.positions = part.positions();
  patches.values.resize(terms * patches.positions);
  patches.peak.resize(terms);
  std::size_t t = 0;
  for (std::int64_t c = group * s.group_C(); c < (group + 1) * s.group_C(); ++c)
    for (std::int64_t r = 0; r < s.R; ++r)
      for (std::int64_t q = 0; q < s.S; ++q, ++t) {
        const auto out =
            std::span(patches.values).subspan(t * patches.positions, patches.positions);
        gather_term(s, input.subspan(static_cast<std::size_t>(c) * plane, plane), r, q, part, out);
        patches.peak[t] = largest_magnitude(out);
      }
}

/// `sum[i] += weight * x[i]`: the inner loop, left plain so that the compiler vectorises it.
void add_scaled(std::int32_t* __restrict sum, const std::int16_t* __restrict x, std::int16_t weight,
                std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) sum[i] += std::int32_t{weight} * std::int32_t{x[i]};
}

/// Moves 32-bit partial sums into the 64-bit ones and clears them.
void widen(std::span<std::int64_t> total, std::span<std::int32_t> partial) {
  for (std::size_t i = 0; i < total.size(); ++i) {
    total[i] += partial[i];
    partial[i] = 0;
  }
}

/// Adds one output channel over a stretch into `total`. Products are summed in 32 bits for as
/// long as `sum |weight| * peak` proves that no sum can leave them, then in 64.
void accumulate(std::span<const std::int16_t> weights, const Patches& patches,
                std::span<std::int32_t> partial, std::span<std::int64_t> total) {
  std::int64_t bound = 0;
  for (std::size_t t = 0; t < weights.size(); ++t) {
    const std::int64_t reach = std::abs(std::int64_t{weights[t]}) * patches.peak[t];
    if (reach == 0) continue;
    if (bound + reach > kInt32Max) {
      widen(total, partial);
      bound = 0;
    }
    bound += reach;  // one product is at most 2^30
    add_scaled(partial.data(), patches.term(t).data(), weights[t], total.size());
  }
  widen(total, partial);
}

}  // namespace

Tensor<std::int64_t> reference_convolution(const LayerShape& s, const Tensor<std::int16_t>& input,
                                           const Tensor<std::int16_t>& weights) {
  Tensor<std::int64_t> output({1, s.K, s.Ho(), s.Wo()});
  const auto terms = static_cast<std::size_t>(s.group_C() * s.R * s.S);
  Patches patches;
  std::vector<std::int32_t> partial;
  for (std::int64_t group = 0; group < s.groups; ++group)
    for (const Stretch& part : stretches(s.Ho(), s.Wo())) {
      gather(s, input.values(), group, part, patches);
      partial.assign(part.positions(), 0);
      for (std::int64_t k = group * s.group_K(); k < (group + 1) * s.group_K(); ++k) {
        const std::size_t start = output.index(0, k, part.first_row, part.first_column);
        accumulate(weights.values().subspan(static_cast<std::size_t>(k) * terms, terms), patches,
                   partial, output.values().subspan(start, part.positions()));
      }
    }
  return output;
}

}  // namespace scnn::workloads
