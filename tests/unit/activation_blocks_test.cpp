#include "sparse_formats/activation_blocks.hpp"

#include <catch2/catch.hpp>

#include "sparse_formats/error.hpp"
#include "tests/support/random_layer.hpp"

using namespace scnn;
using namespace scnn::sparse;
using scnn::test::Draw;

namespace {

ActivationLayout random_layout(Draw& draw, int index_bits) {
  ActivationLayout layout;
  layout.shape = test::random_shape(draw);
  layout.conv_group = draw.between(0, layout.shape.groups - 1);
  layout.y_begin = draw.between(0, layout.shape.H);
  layout.y_end = draw.between(layout.y_begin, layout.shape.H);
  layout.x_begin = draw.between(0, layout.shape.W);
  layout.x_end = draw.between(layout.x_begin, layout.shape.W);
  if (draw.chance(60)) layout.split = {layout.shape.stride_h, layout.shape.stride_w};
  layout.index_bits = index_bits;
  layout.skip_zeros = draw.chance(80);
  return layout;
}

/// What S11, S12 and S18 store of a block, from the tile's positions one by one.
std::vector<StoredActivation> expected_block(const ActivationLayout& layout,
                                             const Tensor<std::int16_t>& input,
                                             std::int64_t channel, std::int64_t phase) {
  const std::size_t stride = std::size_t{1} << layout.index_bits;
  const std::int64_t c = layout.conv_group * layout.shape.group_C() + channel;
  std::vector<StoredActivation> stored, dropped;
  for (std::int64_t y = layout.y_begin; y < layout.y_end; ++y)
    for (std::int64_t x = layout.x_begin; x < layout.x_end; ++x) {
      if ((y + layout.shape.pad_top) % layout.split.h != phase / layout.split.w ||
          (x + layout.shape.pad_left) % layout.split.w != phase % layout.split.w)
        continue;
      const StoredActivation a{input.at(c, y, x), static_cast<std::int32_t>(y),
                               static_cast<std::int32_t>(x)};
      if (a.value == 0 && layout.skip_zeros) {
        dropped.push_back(a);
        continue;
      }
      for (std::size_t n = stride; n <= dropped.size(); n += stride)
        stored.push_back(dropped[n - 1]);
      stored.push_back(a);
      dropped.clear();
    }
  return stored;
}

}  // namespace

TEST_CASE("Activation blocks hold what the rules say, with coordinates, for every index width") {
  for (int bits = 1; bits <= 16; ++bits) {
    Draw draw(bits, "activation blocks");
    for (int i = 0; i < 40; ++i) {
      const ActivationLayout layout = random_layout(draw, bits);
      const LayerShape& s = layout.shape;
      const auto input =
          test::random_tensor(draw, {1, s.C, s.H, s.W}, draw.one_of({100, 40, 3}), 16);
      const EncodedActivations encoded = encode_activations(layout, input);
      const auto stored = decode_activations(encoded);
      INFO("index_bits " << bits << ", layer " << i);
      REQUIRE(encoded.offsets.size() == layout.block_count() + 1);
      REQUIRE(stored.size() == encoded.values.size());
      REQUIRE(encoded.runs.size() == encoded.values.size());
      for (std::size_t b = 0; b < layout.block_count(); ++b) {
        const auto phases = static_cast<std::size_t>(layout.split.count());
        const auto expected = expected_block(layout, input, static_cast<std::int64_t>(b / phases),
                                             static_cast<std::int64_t>(b % phases));
        const std::vector<StoredActivation> found(stored.begin() + encoded.offsets[b],
                                                  stored.begin() + encoded.offsets[b + 1]);
        REQUIRE(found == expected);
      }
    }
  }
}

TEST_CASE("Every non-zero of the tile is stored once, at its place") {
  Draw draw(3, "tile");
  for (int i = 0; i < 100; ++i) {
    const ActivationLayout layout = random_layout(draw, static_cast<int>(draw.between(1, 6)));
    const LayerShape& s = layout.shape;
    const auto input = test::random_tensor(draw, {1, s.C, s.H, s.W}, 50, 8);
    const EncodedActivations encoded = encode_activations(layout, input);
    const auto stored = decode_activations(encoded);
    Tensor<std::int16_t> tile({1, s.C, s.H, s.W});
    for (std::size_t b = 0; b < layout.block_count(); ++b)
      for (std::size_t e = encoded.offsets[b]; e < encoded.offsets[b + 1]; ++e) {
        const auto channel =
            layout.conv_group * s.group_C() + static_cast<std::int64_t>(b) / layout.split.count();
        tile.at(channel, stored[e].y, stored[e].x) += stored[e].value;
      }
    for (std::int64_t c = 0; c < s.C; ++c)
      for (std::int64_t y = 0; y < s.H; ++y)
        for (std::int64_t x = 0; x < s.W; ++x) {
          const bool inside = c / s.group_C() == layout.conv_group && y >= layout.y_begin &&
                              y < layout.y_end && x >= layout.x_begin && x < layout.x_end;
          REQUIRE(tile.at(c, y, x) == (inside ? input.at(c, y, x) : 0));
        }
  }
}

TEST_CASE("An empty tile has empty blocks") {
  ActivationLayout layout;
  layout.shape = {.C = 3, .H = 4, .W = 4};
  const auto encoded = encode_activations(layout, Tensor<std::int16_t>({1, 3, 4, 4}, 1));
  CHECK(encoded.values.empty());
  CHECK(encoded.offsets == std::vector<std::uint32_t>{0, 0, 0, 0});
  CHECK(decode_activations(encoded).empty());
}

TEST_CASE("An activation block whose runs reach past the tile is refused") {
  ActivationLayout layout;
  layout.shape = {.C = 1, .H = 2, .W = 2};
  layout.y_end = layout.x_end = 2;
  auto encoded = encode_activations(layout, Tensor<std::int16_t>({1, 1, 2, 2}, 1));
  CHECK(decode_activations(encoded).back() == StoredActivation{1, 1, 1});
  encoded.runs[3] = 1;
  CHECK_THROWS_AS(decode_activations(encoded), InputError);
  CHECK_THROWS_WITH(decode_activations(encoded),
                    "activation block 0: runs reach position 4, expected below 4");
}
