#include "workloads/reference_convolution.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <limits>

#include "sparse_formats/instruction_set.hpp"
#include "tests/support/last_first.hpp"
#include "workloads/counter_rng.hpp"

using namespace scnn;
using scnn::workloads::CounterStream;
using scnn::workloads::reference_convolution;

namespace {

/// S1 and S2 written down once more, as plainly as possible.
Tensor<std::int64_t> naive(const LayerShape& s, const Tensor<std::int16_t>& input,
                           const Tensor<std::int16_t>& weights) {
  Tensor<std::int64_t> out({1, s.K, s.Ho(), s.Wo()});
  for (std::int64_t k = 0; k < s.K; ++k)
    for (std::int64_t oy = 0; oy < s.Ho(); ++oy)
      for (std::int64_t ox = 0; ox < s.Wo(); ++ox)
        for (std::int64_t c = 0; c < s.group_C(); ++c)
          for (std::int64_t r = 0; r < s.R; ++r)
            for (std::int64_t q = 0; q < s.S; ++q) {
              const std::int64_t y = oy * s.stride_h + r * s.dilation_h - s.pad_top;
              const std::int64_t x = ox * s.stride_w + q * s.dilation_w - s.pad_left;
              if (y < 0 || y >= s.H || x < 0 || x >= s.W) continue;
              const std::int64_t channel = k / s.group_K() * s.group_C() + c;
              out.at(k, oy, ox) += std::int64_t{weights.at(k, c, r, q)} * input.at(channel, y, x);
            }
  return out;
}

/// Draws small integers for the choices of a random layer.
class Draw {
 public:
  explicit Draw(std::int64_t seed) : stream_(seed, "reference", "layer", "choices") {}
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + stream_.word(next_++) % (high - low + 1);
  }

 private:
  CounterStream stream_;
  std::uint64_t next_ = 0;
};

LayerShape random_shape(Draw& draw) {
  LayerShape s;
  s.groups = draw.between(1, 3);
  s.C = s.groups * draw.between(1, 4);
  s.K = s.groups * draw.between(1, 4);
  s.H = draw.between(1, 14);
  s.W = draw.between(1, 40);
  s.R = draw.between(1, 4);
  s.S = draw.between(1, 5);
  s.stride_h = draw.between(1, 3);
  s.stride_w = draw.between(1, 4);
  s.dilation_h = draw.between(1, 3);
  s.dilation_w = draw.between(1, 2);
  s.pad_top = draw.between(0, 3);
  s.pad_left = draw.between(0, 6);
  s.pad_bottom = draw.between(0, 3);
  s.pad_right = draw.between(0, 2);
  return s;
}

/// Integers over the whole 16-bit range, or small ones, a share of them zero.
Tensor<std::int16_t> random_tensor(Tensor<std::int16_t>::Shape shape, std::int64_t seed,
                                   std::int64_t limit) {
  Tensor<std::int16_t> t(shape);
  const CounterStream stream(seed, "reference", "layer", "values");
  for (std::size_t i = 0; i < t.size(); ++i) {
    const auto b = stream.block(i);
    const std::int64_t v = static_cast<std::int64_t>(b[0] % (2 * limit + 1)) - limit;
    t.data()[i] = b[1] % 3 == 0 ? std::int16_t{0} : static_cast<std::int16_t>(v);
  }
  return t;
}

}  // namespace

TEST_CASE("The reference convolution equals seven plain loops on random layers") {
  int checked = 0, strided = 0, dilated = 0, grouped = 0, uneven_padding = 0;
  for (std::int64_t seed = 0; checked < 400; ++seed) {
    Draw draw(seed);
    const LayerShape s = random_shape(draw);
    if (s.Ho() < 1 || s.Wo() < 1) continue;
    const std::int64_t limit = draw.between(0, 1) ? 32767 : 100;
    const auto input = random_tensor({1, s.C, s.H, s.W}, 2 * seed, limit);
    const auto weights = random_tensor({s.K, s.group_C(), s.R, s.S}, 2 * seed + 1, limit);
    INFO("seed " << seed);
    const auto expected = naive(s, input, weights);
    REQUIRE(reference_convolution(s, input, weights) == expected);
    REQUIRE(reference_convolution(s, input, weights, test::last_first(2)) == expected);
    ++checked;
    strided += s.stride_h > 1 && s.stride_w > 1 && s.stride_h != s.stride_w;
    dilated += s.dilation_h > 1 && s.R > 1;
    grouped += s.groups > 1;
    uneven_padding += s.pad_top != s.pad_bottom && s.pad_left != s.pad_right;
  }
  // Each option was really drawn.
  CHECK(std::min({strided, dilated, grouped, uneven_padding}) > 50);
}

TEST_CASE("The reference convolution is exact where 32 bits are not enough") {
  // The most negative integers: every product is 2^30, and 9 * 70 of them are summed.
  LayerShape s{.C = 70, .H = 6, .W = 6, .K = 2, .R = 3, .S = 3};
  constexpr std::int16_t lowest = std::numeric_limits<std::int16_t>::min();
  const Tensor<std::int16_t> input({1, s.C, s.H, s.W}, lowest);
  const Tensor<std::int16_t> weights({s.K, s.C, s.R, s.S}, lowest);
  for (const std::string& target : instruction_sets()) {
    INFO("instruction set " << target);
    force_instruction_set(target);
    const auto out = reference_convolution(s, input, weights);
    CHECK(std::ranges::all_of(out.values(),
                              [](std::int64_t v) { return v == std::int64_t{9 * 70} << 30; }));
  }
  force_instruction_set("");
}

TEST_CASE("The reference convolution works on planes longer and taller than its stretches") {
  for (const auto& [H, W] : {std::array<std::int64_t, 2>{2, 2700}, {700, 3}, {40, 47}}) {
    const LayerShape s{
        .C = 3, .H = H, .W = W, .K = 2, .R = 2, .S = 3, .stride_w = 2, .pad_left = 1};
    const auto input = random_tensor({1, s.C, s.H, s.W}, H, 32767);
    const auto weights = random_tensor({s.K, s.C, s.R, s.S}, W, 32767);
    const auto expected = naive(s, input, weights);
    for (const std::string& target : instruction_sets()) {
      INFO(H << " x " << W << ", instruction set " << target);
      force_instruction_set(target);
      CHECK(reference_convolution(s, input, weights) == expected);
    }
    force_instruction_set("");
  }
}

TEST_CASE("A fully-connected layer is a matrix times a vector") {
  const LayerShape s{.C = 3, .K = 2};
  const Tensor<std::int16_t> input({1, 3, 1, 1}, std::vector<std::int16_t>{1, -2, 3});
  const Tensor<std::int16_t> weights({2, 3, 1, 1}, std::vector<std::int16_t>{4, 5, 6, -7, 0, 1});
  CHECK(reference_convolution(s, input, weights).data() == std::vector<std::int64_t>{12, -4});
}
