#include "sparse_formats/weight_blocks.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "sparse_formats/error.hpp"
#include "tests/support/last_first.hpp"
#include "tests/support/random_layer.hpp"

using namespace scnn;
using namespace scnn::sparse;
using scnn::test::Draw;

namespace {

WeightLayout random_layout(Draw& draw, int index_bits, Granularity granularity) {
  WeightLayout layout;
  layout.shape = test::random_shape(draw);
  layout.kc = draw.between(1, layout.shape.group_K());
  if (draw.chance(60)) layout.split = {layout.shape.stride_h, layout.shape.stride_w};
  layout.granularity = granularity;
  layout.index_bits = index_bits;
  layout.weight_bits = static_cast<int>(draw.between(2, 16));
  layout.skip_zeros = draw.chance(80);
  return layout;
}

Tensor<std::int16_t> random_weights(Draw& draw, const WeightLayout& layout) {
  const LayerShape& s = layout.shape;
  auto weights = test::random_tensor(draw, {s.K, s.group_C(), s.R, s.S}, draw.one_of({100, 60, 5}),
                                     layout.weight_bits);
  test::drop_grains(draw, weights, layout.granularity, draw.one_of({100, 40, 5, 0}));
  return weights;
}

/// What S12, S13 and S18 store of a block, written down independently of the codec.
struct ExpectedBlock {
  std::vector<StoredWeight> weights;
  std::uint64_t grains = 0;
};

class BlockOracle {
 public:
  BlockOracle(const WeightLayout& layout, const Tensor<std::int16_t>& weights,
              const BlockPlace& place)
      : layout_(layout), weights_(weights), place_(place) {}

  ExpectedBlock expect() {
    const LayerShape& s = layout_.shape;
    std::vector<StoredWeight> grain;
    for (std::int64_t k = 0; k < layout_.kgroup_channels(place_.kgroup); ++k)
      for (std::int64_t r = 0; r < s.R; ++r)
        for (std::int64_t c = 0; c < s.S; ++c) {
          if (!in_phase(r, c)) continue;
          const StoredWeight w{weight(k, r, c), static_cast<std::uint16_t>(k),
                               static_cast<std::uint16_t>(r), static_cast<std::uint16_t>(c)};
          if (!grain.empty() && !same_grain(grain.front(), w)) close(grain);
          grain.push_back(w);
        }
    if (!grain.empty()) close(grain);
    return std::move(block_);
  }

 private:
  [[nodiscard]] std::int64_t filter(std::int64_t k) const {
    return place_.conv_group * layout_.shape.group_K() + place_.kgroup * layout_.kc + k;
  }
  [[nodiscard]] std::int16_t weight(std::int64_t k, std::int64_t r, std::int64_t c) const {
    return weights_.at(filter(k), place_.channel, r, c);
  }
  [[nodiscard]] bool in_phase(std::int64_t r, std::int64_t c) const {
    const LayerShape& s = layout_.shape;
    return s.dilation_h * r % layout_.split.h == place_.phase / layout_.split.w &&
           s.dilation_w * c % layout_.split.w == place_.phase % layout_.split.w;
  }
  [[nodiscard]] bool same_grain(const StoredWeight& a, const StoredWeight& b) const {
    switch (layout_.granularity) {
      case Granularity::fine:
        return false;
      case Granularity::vector:
        return a.k == b.k && a.r == b.r;
      default:
        return a.k == b.k;
    }
  }
  [[nodiscard]] bool survives(const std::vector<StoredWeight>& grain) const {
    if (!layout_.skip_zeros) return true;
    if (layout_.granularity != Granularity::filter)
      return std::ranges::any_of(grain, [](const auto& w) { return w.value != 0; });
    const auto size = weights_.size() / static_cast<std::size_t>(layout_.shape.K);
    const auto all =
        weights_.values().subspan(static_cast<std::size_t>(filter(grain.front().k)) * size, size);
    return std::ranges::any_of(all, [](auto w) { return w != 0; });
  }
  /// Ends a grain: its weights are stored or dropped, with placeholders where a run
  /// would be too long. A placeholder has the coordinates of the grain it stands on.
  void close(std::vector<StoredWeight>& grain) {
    for (auto& w : grain) dropped_.push_back(w);
    if (survives(grain)) {
      const std::size_t per_grain = grain.size();
      const std::size_t zeros = dropped_.size() / per_grain - 1;
      const std::size_t stride = std::size_t{1} << layout_.index_bits;
      for (std::size_t n = 1; n * stride <= zeros; ++n)
        for (std::size_t u = 0; u < per_grain; ++u)
          store(dropped_[(n * stride - 1) * per_grain + u], 0);
      for (const auto& w : grain) store(w, w.value);
      block_.grains += 1 + zeros / stride;
      dropped_.clear();
    }
    grain.clear();
  }
  void store(StoredWeight w, std::int16_t value) {
    w.value = value;
    block_.weights.push_back(w);
  }

  const WeightLayout& layout_;
  const Tensor<std::int16_t>& weights_;
  BlockPlace place_;
  std::vector<StoredWeight> dropped_;  ///< since the last stored grain
  ExpectedBlock block_;
};

/// Storage of a layer relative to dense 8-bit weights, with 8-bit weights and 4-bit
/// indices; every grain of every block for which `keep` says so is kept.
template <class Keep>
double storage_ratio(Granularity granularity, Keep&& keep) {
  WeightLayout layout;
  layout.shape = {.C = 16, .H = 8, .W = 8, .K = 64, .R = 3, .S = 3};
  layout.kc = 64;  // one long block per channel: hardly any run begins anew
  layout.granularity = granularity;
  layout.index_bits = 4;
  layout.weight_bits = 8;
  Tensor<std::int16_t> weights({64, 16, 3, 3}, std::int16_t{1});
  const auto g = static_cast<std::size_t>(grain_size(granularity, weights.shape()));
  for (std::size_t grain = 0; grain * g < weights.size(); ++grain)
    if (!keep(grain)) std::ranges::fill(weights.values().subspan(grain * g, g), std::int16_t{0});
  const auto encoded = encode_weights(layout, weights);
  return static_cast<double>(encoded.footprint_bits()) / static_cast<double>(8 * weights.size());
}

}  // namespace

TEST_CASE("Decoding encoded weights gives them back, for every option of the encoding") {
  for (int bits = 1; bits <= 16; ++bits)
    for (Granularity granularity : kGranularities) {
      Draw draw(bits, name_of(granularity));
      for (int i = 0; i < 12; ++i) {
        const WeightLayout layout = random_layout(draw, bits, granularity);
        const auto weights = random_weights(draw, layout);
        const EncodedWeights encoded = encode_weights(layout, weights);
        INFO("index_bits " << bits << ", " << name_of(granularity) << ", layer " << i);
        REQUIRE(decode_weights(encoded) == weights);
        const EncodedWeights in_parts = encode_weights(layout, weights, test::last_first(3));
        REQUIRE(in_parts.values == encoded.values);
        REQUIRE(in_parts.runs == encoded.runs);
        REQUIRE(in_parts.value_offsets == encoded.value_offsets);
        REQUIRE(in_parts.run_offsets == encoded.run_offsets);
      }
    }
}

TEST_CASE("Blocks hold what the rules say, in order, with coordinates and footprint") {
  for (Granularity granularity : kGranularities)
    for (int bits : {1, 2, 4, 9}) {
      Draw draw(100 + bits, name_of(granularity));
      for (int i = 0; i < 15; ++i) {
        const WeightLayout layout = random_layout(draw, bits, granularity);
        const auto weights = random_weights(draw, layout);
        const EncodedWeights encoded = encode_weights(layout, weights);
        std::uint64_t stored = 0, indices = 0;
        for (std::size_t b = 0; b < layout.block_count(); ++b) {
          const BlockPlace place = place_of(layout, b);
          const ExpectedBlock expected = BlockOracle(layout, weights, place).expect();
          std::vector<StoredWeight> found;
          decode_block(encoded, b, found);
          INFO(name_of(granularity)
               << ", index_bits " << bits << ", layer " << i << ", block " << b);
          REQUIRE(found == expected.weights);
          stored += expected.weights.size();
          if (granularity != Granularity::filter || (place.channel == 0 && place.phase == 0))
            indices += expected.grains;
        }
        const auto weight_width = static_cast<std::uint64_t>(layout.weight_bits);
        const auto index_width = static_cast<std::uint64_t>(bits);
        CHECK(encoded.index_bits() == indices * index_width);
        CHECK(encoded.footprint_bits() == stored * weight_width + indices * index_width);
      }
    }
}

TEST_CASE("Blocks are numbered with the phase fastest, then channel, K-group, group") {
  WeightLayout layout;
  layout.shape = {
      .C = 6, .H = 9, .W = 9, .K = 10, .R = 3, .S = 3, .stride_h = 2, .stride_w = 2, .groups = 2};
  layout.kc = 2;
  layout.split = {2, 2};
  CHECK(layout.kgroups() == 3);
  CHECK(layout.kgroup_channels(1) == 2);
  CHECK(layout.kgroup_channels(2) == 1);
  REQUIRE(layout.block_count() == 2 * 3 * 3 * 4);
  std::size_t b = 0;
  for (std::int64_t n = 0; n < 2; ++n)
    for (std::int64_t g = 0; g < 3; ++g)
      for (std::int64_t c = 0; c < 3; ++c)
        for (std::int64_t phase = 0; phase < 4; ++phase, ++b) {
          const BlockPlace place = place_of(layout, b);
          CHECK(place.conv_group == n);
          CHECK(place.kgroup == g);
          CHECK(place.channel == c);
          CHECK(place.phase == phase);
        }
}

TEST_CASE("A grain of a phase is the part of the grain that lies in the phase") {
  WeightLayout layout;
  layout.shape = {.C = 1, .H = 9, .W = 9, .K = 4, .R = 3, .S = 5, .stride_h = 2, .stride_w = 3};
  layout.split = {2, 3};
  layout.granularity = Granularity::vector;
  // Columns 0 and 3 have phase 0, 1 and 4 phase 1, 2 phase 2.
  CHECK(block_unit(layout, 0) == 2);
  CHECK(block_unit(layout, 2) == 1);
  layout.granularity = Granularity::kernel;
  CHECK(block_unit(layout, 0) == 4);
  CHECK(block_unit(layout, 5) == 1);
  layout.shape.S = 2;
  CHECK(block_unit(layout, 2) == 0);
  layout.granularity = Granularity::fine;
  CHECK(block_unit(layout, 2) == 0);
  CHECK(block_unit(layout, 1) == 1);
}

TEST_CASE("With hardly any placeholder storage is density x (8g+4)/(8g)") {
  const std::pair<Granularity, double> cases[] = {
      {Granularity::fine, 1.0}, {Granularity::vector, 3.0}, {Granularity::kernel, 9.0}};
  for (const auto& [granularity, g] : cases) {
    INFO(name_of(granularity));
    const double closed_form = (8 * g + 4) / (8 * g);
    // Every fourth grain: no gap is longer than 15, so the form holds exactly.
    CHECK(storage_ratio(granularity, [](std::size_t i) { return i % 4 == 0; }) ==
          Approx(closed_form / 4).epsilon(1e-12));
    CHECK(storage_ratio(granularity, [](std::size_t) { return true; }) ==
          Approx(closed_form).epsilon(1e-12));
    // At random it holds up to the placeholders, of which there are few at .45.
    Draw draw(7, name_of(granularity));
    std::size_t kept = 0, grains = 0;
    const double ratio = storage_ratio(granularity, [&](std::size_t) {
      ++grains;
      const bool keep = draw.chance(45);
      kept += keep ? 1 : 0;
      return keep;
    });
    const double density = static_cast<double>(kept) / static_cast<double>(grains);
    CHECK(ratio > density * closed_form * (1 - 1e-12));
    CHECK(ratio < density * closed_form * 1.01);
  }
}

TEST_CASE("Sparse blocks cost more than the closed form by their placeholders") {
  // Every 40th weight: two placeholders of 16 positions each before every stored weight.
  const double ratio = storage_ratio(Granularity::fine, [](std::size_t i) { return i % 40 == 39; });
  CHECK(ratio > 2.0 / 40 * 1.5);
  CHECK(ratio < 3.1 / 40 * 1.5);
}

TEST_CASE("A shared index counts with the first weight of its grain") {
  CHECK(indices_within(0, 9) == 0);
  CHECK(indices_within(1, 9) == 1);
  CHECK(indices_within(9, 9) == 1);
  CHECK(indices_within(10, 9) == 2);
  CHECK(indices_within(5, 1) == 5);
}

TEST_CASE("Blocks whose numbers disagree are refused") {
  WeightLayout layout;
  layout.shape = {.C = 1, .H = 4, .W = 4, .K = 4, .R = 1, .S = 3};
  layout.kc = 4;
  layout.granularity = Granularity::vector;
  const EncodedWeights good = encode_weights(layout, Tensor<std::int16_t>({4, 1, 1, 3}, 5));
  std::vector<StoredWeight> out;
  CHECK_NOTHROW(decode_block(good, 0, out));

  EncodedWeights short_block = good;
  short_block.value_offsets[1] -= 1;
  CHECK_THROWS_WITH(decode_block(short_block, 0, out),
                    "block 0: 11 values for 4 indices, expected 12");
  EncodedWeights long_run = good;
  long_run.runs[2] = 3;
  CHECK_THROWS_WITH(decode_block(long_run, 0, out),
                    "block 0: runs reach position 15, expected below 12");
  CHECK_THROWS_AS(decode_weights(long_run), InputError);

  EncodedWeights no_place = good;
  no_place.layout.split = {1, 4};  // the fourth phase has no kernel column
  no_place.value_offsets = {0, 0, 0, 0, 3};
  no_place.run_offsets = {0, 0, 0, 0, 1};
  CHECK_THROWS_WITH(decode_block(no_place, 3, out),
                    "block 3: values in a phase that has no weights");
}
