#include "sim/storage.hpp"

#include <catch2/catch.hpp>
#include <random>

using namespace scnn;

namespace {

Tensor<std::int16_t> random_weights(const LayerShape& s, double density, unsigned seed) {
  std::mt19937 generator(seed);
  std::bernoulli_distribution kept(density);
  Tensor<std::int16_t> weights({s.K, s.group_C(), s.R, s.S});
  for (auto& w : weights.data()) w = kept(generator) ? 7 : 0;
  return weights;
}

bool any(const Tensor<std::int16_t>& weights, std::int64_t k, std::int64_t c_begin,
         std::int64_t c_end) {
  const auto& [K, C, R, S] = weights.shape();
  for (std::int64_t c = c_begin; c < c_end; ++c)
    for (std::int64_t i = 0; i < R * S; ++i)
      if (weights.at(k, c, i / S, i % S) != 0) return true;
  return false;
}

/// Bridges over `gap` dropped grains: each covers 2^bits positions (S12).
std::uint64_t bridges(std::int64_t gap, int bits) {
  return static_cast<std::uint64_t>(gap >> bits);
}

/// Placeholders of a kernel or filter encoding, by counting gaps between survivors.
std::uint64_t expected_placeholders(const Tensor<std::int16_t>& weights, Granularity g,
                                    std::int64_t kc, int bits) {
  const std::int64_t K = weights.shape()[0], C = weights.shape()[1];
  const bool filter = g == Granularity::filter;
  std::uint64_t count = 0;
  for (std::int64_t first = 0; first < K; first += kc)
    for (std::int64_t c = 0; c < (filter ? 1 : C); ++c) {
      std::int64_t gap = 0;
      for (std::int64_t k = first; k < std::min(first + kc, K); ++k) {
        if (!any(weights, k, filter ? 0 : c, filter ? C : c + 1)) {
          ++gap;
          continue;
        }
        count += bridges(gap, bits);
        gap = 0;
      }
    }
  return count;
}

}  // namespace

TEST_CASE("placeholders are the gaps that an index cannot hold") {
  const LayerShape shape{.C = 5, .H = 8, .W = 8, .K = 37, .R = 2, .S = 2};
  std::uint64_t seen = 0;
  for (const Granularity g : {Granularity::kernel, Granularity::filter})
    for (const int bits : {1, 2, 4})
      for (const double density : {0.02, 0.1, 0.5}) {
        const auto weights = random_weights(shape, density, 3);
        sparse::WeightLayout layout{.shape = shape,
                                    .kc = 20,
                                    .split = {1, 1},
                                    .granularity = g,
                                    .index_bits = bits,
                                    .weight_bits = 8};
        const sim::Storage s = sim::storage_of(sparse::encode_weights(layout, weights));
        CAPTURE(name_of(g), bits, density);
        CHECK(s.placeholders == expected_placeholders(weights, g, 20, bits));
        seen += s.placeholders;
      }
  CHECK(seen > 10);
}

TEST_CASE("storage adds up: values, indices and zeros") {
  const LayerShape shape{
      .C = 4, .H = 9, .W = 9, .K = 6, .R = 3, .S = 3, .stride_h = 2, .stride_w = 2};
  const auto weights = random_weights(shape, 0.1, 5);
  const auto nonzero = static_cast<std::uint64_t>(
      shape.weight_count() - std::ranges::count(weights.data(), std::int16_t{0}));
  sim::Storage sum;
  for (const Granularity g : kGranularities) {
    sparse::WeightLayout layout{.shape = shape,
                                .kc = 4,
                                .split = {2, 2},
                                .granularity = g,
                                .index_bits = 2,
                                .weight_bits = 8};
    const auto encoded = sparse::encode_weights(layout, weights);
    const sim::Storage s = sim::storage_of(encoded);
    CAPTURE(name_of(g));
    CHECK(s.weights == 216);
    CHECK(s.nonzero == nonzero);
    CHECK(s.value_bits == 8 * s.stored);
    CHECK(s.index_bits == 2 * encoded.runs.size());
    CHECK(s.bits() == encoded.footprint_bits());
    if (g == Granularity::fine) CHECK(s.placeholders == s.stored - s.nonzero);
    sum += s;
  }
  CHECK(sum.weights == 4 * 216);
  CHECK(sum.nonzero == 4 * nonzero);
}

TEST_CASE("where zeros are kept nothing is a placeholder") {
  const LayerShape shape{.C = 2, .H = 4, .W = 4, .K = 4};
  sparse::WeightLayout layout;
  layout.shape = shape;
  layout.kc = 4;
  layout.skip_zeros = false;
  const auto encoded = sparse::encode_weights(layout, Tensor<std::int16_t>({4, 2, 1, 1}));
  const sim::Storage s = sim::storage_of(encoded);
  CHECK(s.stored == 8);
  CHECK(s.nonzero == 0);
  CHECK(s.placeholders == 0);
}
