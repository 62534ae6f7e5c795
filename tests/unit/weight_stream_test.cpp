#include "memory/weight_stream.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/support/last_first.hpp"
#include "tests/support/random_layer.hpp"

using namespace scnn;
using namespace scnn::memory;
using scnn::sparse::StoredWeight;
using scnn::test::Draw;

namespace {

using Bits = std::vector<std::uint64_t>;

/// Two filters of one channel with 1x3 kernels, 8-bit weights, 4-bit indices.
sparse::WeightLayout two_rows(Granularity granularity) {
  sparse::WeightLayout layout;
  layout.shape = {.C = 1, .H = 1, .W = 8, .K = 2, .R = 1, .S = 3};
  layout.kc = 2;
  layout.granularity = granularity;
  layout.weight_bits = 8;
  return layout;
}

WeightStream stream_of(const sparse::WeightLayout& layout, std::vector<std::int16_t> weights,
                       std::int64_t F) {
  const LayerShape& s = layout.shape;
  const Tensor<std::int16_t> tensor({s.K, s.group_C(), s.R, s.S}, std::move(weights));
  return make_weight_stream(sparse::encode_weights(layout, tensor), 0, F);
}

bool equal(const WeightStream& a, const WeightStream& b) {
  const auto same_vector = [](const WeightVector& v, const WeightVector& w) {
    return v.first == w.first && v.count == w.count;
  };
  const auto same_block = [](const BlockVectors& v, const BlockVectors& w) {
    return v.first == w.first && v.count == w.count && v.nonzero == w.nonzero;
  };
  return a.weights == b.weights && std::ranges::equal(a.vectors, b.vectors, same_vector) &&
         std::ranges::equal(a.blocks, b.blocks, same_block) && a.bits == b.bits &&
         a.group_first == b.group_first && a.index_bits == b.index_bits;
}

}  // namespace

TEST_CASE("With an index per weight an entry takes its weights and as many indices") {
  const auto stream = stream_of(two_rows(Granularity::fine), {1, 2, 3, 4, 5, 6}, 4);
  CHECK(stream.bits == Bits{4 * 12, 6 * 12});
  CHECK(stream.index_bits == 6 * 4);
  CHECK(stream.footprint_bits() == 72);
}

TEST_CASE("A shared index counts with the first weight of its grain") {
  // Grains of 3: entry 0 ends inside the second grain, whose index it already carries.
  const auto four = stream_of(two_rows(Granularity::vector), {1, 2, 3, 4, 5, 6}, 4);
  CHECK(four.bits == Bits{4 * 8 + 2 * 4, 6 * 8 + 2 * 4});
  const auto two = stream_of(two_rows(Granularity::vector), {1, 2, 3, 4, 5, 6}, 2);
  CHECK(two.bits == Bits{2 * 8 + 4, 4 * 8 + 2 * 4, 6 * 8 + 2 * 4});
  CHECK(two.index_bits == 8);
}

TEST_CASE("A filter's index counts once per K-group, with the first channel") {
  auto layout = two_rows(Granularity::filter);
  layout.shape.C = 2;
  const auto stream = stream_of(layout, std::vector<std::int16_t>(12, 1), 4);
  // Channel 0: 6 weights with 2 indices; channel 1: 6 weights.
  CHECK(stream.bits == Bits{4 * 8 + 2 * 4, 6 * 8 + 2 * 4, 10 * 8 + 2 * 4, 12 * 8 + 2 * 4});
  CHECK(stream.index_bits == 8);
}

TEST_CASE("Vectors never cross a block, and a short one takes a whole entry") {
  auto layout = two_rows(Granularity::fine);
  layout.shape.C = 2;
  layout.kc = 1;
  const auto stream = stream_of(layout, std::vector<std::int16_t>(12, 1), 2);
  REQUIRE(stream.vectors.size() == 8);
  REQUIRE(stream.blocks.size() == 4);
  CHECK(stream.blocks_per_group == 2);
  CHECK(stream.group_first == std::vector<std::uint32_t>{0, 4, 8});
  for (std::size_t j = 0; j < 8; ++j) CHECK(stream.vectors[j].count == (j % 2 == 0 ? 2 : 1));
  CHECK(stream.group_blocks(1)[1].first == 6);
  CHECK(stream.group_blocks(1)[1].count == 2);
  CHECK(stream.weights_of(stream.vectors[7])[0] == StoredWeight{1, 0, 0, 2});
}

TEST_CASE("A layer without weights makes an empty stream") {
  const auto stream = stream_of(two_rows(Granularity::fine), std::vector<std::int16_t>(6, 0), 4);
  CHECK(stream.vectors.empty());
  CHECK(stream.footprint_bits() == 0);
  CHECK(stream.index_bits == 0);
  CHECK(stream.groups() == 1);
  CHECK(stream.group_blocks(0)[0].count == 0);
}

TEST_CASE("The streams of a layer carry its footprint, in the order of the blocks") {
  for (Granularity granularity : kGranularities) {
    Draw draw(4, name_of(granularity));
    for (int i = 0; i < 60; ++i) {
      sparse::WeightLayout layout;
      layout.shape = test::random_shape(draw);
      layout.kc = draw.between(1, layout.shape.group_K());
      if (draw.chance(50)) layout.split = {layout.shape.stride_h, layout.shape.stride_w};
      layout.granularity = granularity;
      layout.index_bits = static_cast<int>(draw.between(1, 8));
      const LayerShape& s = layout.shape;
      auto weights = test::random_tensor(draw, {s.K, s.group_C(), s.R, s.S}, 80, 8);
      test::drop_grains(draw, weights, granularity, 40);
      const auto encoded = sparse::encode_weights(layout, weights);
      const std::int64_t F = draw.between(1, 5);
      std::uint64_t bits = 0, index_bits = 0;
      std::size_t b = 0;
      for (std::int64_t n = 0; n < s.groups; ++n) {
        const WeightStream stream = make_weight_stream(encoded, n, F);
        REQUIRE(equal(make_weight_stream(encoded, n, F, test::last_first(2)), stream));
        bits += stream.footprint_bits();
        index_bits += stream.index_bits;
        REQUIRE(std::ranges::is_sorted(stream.bits));
        for (const BlockVectors& block : stream.blocks) {
          std::vector<StoredWeight> expected, found;
          sparse::decode_block(encoded, b++, expected);
          for (std::uint32_t j = block.first; j < block.first + block.count; ++j) {
            const auto part = stream.weights_of(stream.vectors[j]);
            const bool last = j + 1 == block.first + block.count;
            REQUIRE((std::ssize(part) == F || (last && !part.empty())));
            found.insert(found.end(), part.begin(), part.end());
          }
          REQUIRE(found == expected);
          REQUIRE(block.nonzero ==
                  std::ranges::count_if(expected, [](const auto& w) { return w.value != 0; }));
        }
      }
      CHECK(b == layout.block_count());
      CHECK(bits == encoded.footprint_bits());
      CHECK(index_bits == encoded.index_bits());
    }
  }
}
