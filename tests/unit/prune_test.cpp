/// Pruning of one layer and of several, against the definition written out plainly.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "pruning/prune.hpp"
#include "sparse_formats/error.hpp"

namespace {

using namespace scnn;
using namespace scnn::pruning;
using workloads::IntTensor;
using workloads::Mask;
using workloads::ValueTensor;
using Shape = Tensor<float>::Shape;
using Catch::Matchers::Contains;

/// Uniform integers in [0, n), the same with every standard library.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  std::int64_t operator()(std::int64_t n) {
    return static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(n));
  }

 private:
  std::mt19937_64 engine_;
};

/// A tensor of few different values, so that equal saliencies are common.
ValueTensor random_weights(Dice& dice, const Shape& shape) {
  const bool integers = dice(2) == 0;
  const std::int64_t levels = dice(2) == 0 ? 3 : 1000;
  if (integers) {
    IntTensor t{.values = Tensor<std::int16_t>(shape), .scale = 0.0625};
    for (auto& v : t.values.values()) v = static_cast<std::int16_t>(dice(2 * levels) - levels);
    return t;
  }
  Tensor<float> t(shape);
  for (auto& v : t.values()) v = static_cast<float>(dice(2 * levels) - levels) / 64.0F;
  return t;
}

Shape random_shape(Dice& dice) { return {1 + dice(9), 1 + dice(6), 1 + dice(4), 1 + dice(4)}; }

Shape shape_of(const ValueTensor& t) {
  return std::visit(
      [](const auto& x) {
        if constexpr (requires { x.scale; })
          return x.values.shape();
        else
          return x.shape();
      },
      t);
}

double value(const ValueTensor& t, std::size_t i) {
  if (const auto* f = std::get_if<Tensor<float>>(&t)) return static_cast<double>(f->values()[i]);
  const auto& x = std::get<IntTensor>(t);
  return x.values.values()[i] * x.scale;
}

/// The grain that weight `[k][c][r][s]` belongs to, from the words of machine.md S13.
std::vector<std::int64_t> grain_key(Granularity g, std::int64_t k, std::int64_t c, std::int64_t r,
                                    std::int64_t s) {
  switch (g) {
    case Granularity::fine:
      return {k, c, r, s};
    case Granularity::vector:
      return {k, c, r};
    case Granularity::kernel:
      return {k, c};
    case Granularity::filter:
      return {k};
  }
  return {};
}

struct Grain {
  std::size_t layer = 0;
  std::vector<std::int64_t> key;
  std::vector<std::size_t> weights;
  double saliency = 0.0;
  [[nodiscard]] double mean() const { return saliency / static_cast<double>(weights.size()); }
};

/// All grains of a tensor in index order.
std::vector<Grain> grains_of(const ValueTensor& t, Granularity g, std::size_t layer = 0) {
  std::vector<Grain> grains;
  const Shape d = shape_of(t);
  std::size_t i = 0;
  for (std::int64_t k = 0; k < d[0]; ++k)
    for (std::int64_t c = 0; c < d[1]; ++c)
      for (std::int64_t r = 0; r < d[2]; ++r)
        for (std::int64_t s = 0; s < d[3]; ++s, ++i) {
          auto key = grain_key(g, k, c, r, s);
          if (grains.empty() || grains.back().key != key)
            grains.push_back({.layer = layer, .key = std::move(key), .weights = {}});
          grains.back().weights.push_back(i);
          grains.back().saliency += std::abs(value(t, i));
        }
  return grains;
}

std::int64_t round_half_even(double x) {
  const double below = std::floor(x);
  const auto n = static_cast<std::int64_t>(below);
  if (x - below < 0.5) return n;
  if (x - below > 0.5) return n + 1;
  return n % 2 == 0 ? n : n + 1;
}

bool alive(const Grain& grain, const Mask* previous) {
  return previous == nullptr || previous->kept.values()[grain.weights.front()] != 0;
}

/// The definition: sort by saliency, keep the first `density x grains` of those alive.
std::vector<std::uint8_t> expected_mask(const ValueTensor& t, Granularity g, double density,
                                        const Mask* previous) {
  auto grains = grains_of(t, g);
  const auto count = round_half_even(density * static_cast<double>(grains.size()));
  std::erase_if(grains, [&](const Grain& x) { return !alive(x, previous); });
  std::ranges::stable_sort(grains, std::greater<>(), &Grain::saliency);
  std::vector<std::uint8_t> mask(Tensor<float>::count(shape_of(t)), 0);
  for (std::size_t i = 0; i < grains.size() && static_cast<std::int64_t>(i) < count; ++i)
    for (auto w : grains[i].weights) mask[w] = 1;
  return mask;
}

/// The definition over several layers: one sorted list, walked until a grain does not fit.
std::vector<std::vector<std::uint8_t>> expected_global(const std::vector<GlobalLayer>& layers,
                                                       Granularity g, double density) {
  std::vector<Grain> all;
  std::vector<std::vector<std::uint8_t>> masks;
  std::size_t total = 0;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    for (auto& grain : grains_of(*layers[l].weights, g, l)) {
      total += grain.weights.size();
      if (alive(grain, layers[l].previous)) all.push_back(std::move(grain));
    }
    masks.emplace_back(Tensor<float>::count(shape_of(*layers[l].weights)), 0);
  }
  std::ranges::stable_sort(all, [](const Grain& a, const Grain& b) { return a.mean() > b.mean(); });
  const auto budget = round_half_even(density * static_cast<double>(total));
  std::int64_t kept = 0;
  for (const Grain& grain : all) {
    kept += static_cast<std::int64_t>(grain.weights.size());
    if (kept > budget) break;
    for (auto w : grain.weights) masks[grain.layer][w] = 1;
  }
  return masks;
}

double share_kept(const Mask& mask) {
  return static_cast<double>(std::ranges::count(mask.kept.values(), 1)) /
         static_cast<double>(mask.kept.size());
}

Granularity random_granularity(Dice& dice) {
  return kGranularities[static_cast<std::size_t>(dice(4))];
}

/// Densities on sixteenths meet ties of the rounding; others do not.
double random_density(Dice& dice) {
  return dice(2) == 0 ? static_cast<double>(1 + dice(16)) / 16.0
                      : static_cast<double>(1 + dice(997)) / 997.0;
}

/// A mask that is constant on grains of `g`, made at random at `g` or coarser.
Mask random_previous(Dice& dice, const ValueTensor& weights, Granularity g) {
  const auto first = static_cast<std::int64_t>(g);
  const auto coarser = kGranularities[static_cast<std::size_t>(first + dice(4 - first))];
  Mask mask{.kept = Tensor<std::uint8_t>(shape_of(weights), 0), .granularity = coarser};
  for (const Grain& grain : grains_of(weights, coarser))
    if (dice(3) != 0)
      for (auto w : grain.weights) mask.kept.values()[w] = 1;
  return mask;
}

ValueTensor floats(const Shape& shape, std::vector<float> values) {
  return Tensor<float>(shape, std::move(values));
}

}  // namespace

TEST_CASE("the number of kept grains is rounded to nearest, ties to even") {
  CHECK(kept_grains(0.5, 1) == 0);
  CHECK(kept_grains(0.5, 3) == 2);
  CHECK(kept_grains(0.5, 5) == 2);
  CHECK(kept_grains(0.5, 7) == 4);
  CHECK(kept_grains(0.25, 10) == 2);
  CHECK(kept_grains(0.75, 10) == 8);
  CHECK(kept_grains(0.35, 3) == 1);
  CHECK(kept_grains(0.2, 3) == 1);
  CHECK(kept_grains(0.16, 3) == 0);
  CHECK(kept_grains(1.0, 2147483648) == 2147483648);
  CHECK(kept_grains(0.5, 2147483647) == 1073741824);
}

TEST_CASE("saliency is the sum of magnitudes of a grain, with integers scaled") {
  const Shape shape{2, 1, 2, 2};
  const ValueTensor f = floats(shape, {1, -2, 3, 0, -0.5F, 0.25F, 0, 0});
  CHECK(saliencies(f, Granularity::fine) == std::vector<double>{1, 2, 3, 0, 0.5, 0.25, 0, 0});
  CHECK(saliencies(f, Granularity::vector) == std::vector<double>{3, 3, 0.75, 0});
  CHECK(saliencies(f, Granularity::kernel) == std::vector<double>{6, 0.75});
  CHECK(saliencies(f, Granularity::filter) == std::vector<double>{6, 0.75});
  const ValueTensor i = IntTensor{
      .values = Tensor<std::int16_t>(shape, {-4, 2, 0, 0, 1, 1, 1, -32768}), .scale = 0.5};
  CHECK(saliencies(i, Granularity::vector) == std::vector<double>{3, 0, 1, 16384.5});
}

TEST_CASE("saliencies are summed in double precision, not in float") {
  const ValueTensor t = floats({1, 1, 1, 3}, {16777216.0F, 1.0F, 1.0F});
  CHECK(saliencies(t, Granularity::vector) == std::vector<double>{16777218.0});
}

TEST_CASE("of equal saliencies the lower index survives") {
  const ValueTensor t = floats({1, 1, 1, 6}, {1, -1, 2, 1, -1, 1});
  const Mask mask = prune_layer(t, Granularity::fine, 0.5, nullptr, "t");
  CHECK(mask.kept.data() == std::vector<std::uint8_t>{1, 1, 1, 0, 0, 0});
}

TEST_CASE("grains of zeros fill the count when nothing better is left") {
  const ValueTensor t = floats({1, 1, 1, 4}, {0, 0, 5, 0});
  const Mask mask = prune_layer(t, Granularity::fine, 0.75, nullptr, "t");
  CHECK(mask.kept.data() == std::vector<std::uint8_t>{1, 1, 1, 0});
}

TEST_CASE("a density that rounds to no grain keeps none") {
  const ValueTensor t = floats({1, 1, 1, 4}, {4, 3, 2, 1});
  const Mask mask = prune_layer(t, Granularity::filter, 0.5, nullptr, "t");
  CHECK(mask.kept.data() == std::vector<std::uint8_t>(4, 0));
  CHECK(mask.density_achieved == 0.0);
  CHECK(mask.density_requested == 0.5);
}

TEST_CASE("pruning of random layers follows the definition") {
  Dice dice(1);
  for (int trial = 0; trial < 3000; ++trial) {
    CAPTURE(trial);
    const ValueTensor weights = random_weights(dice, random_shape(dice));
    const Granularity g = random_granularity(dice);
    const double density = random_density(dice);
    std::optional<Mask> previous;
    if (dice(2) == 0) previous = random_previous(dice, weights, g);
    const Mask* const earlier = previous ? &*previous : nullptr;

    const Mask mask = prune_layer(weights, g, density, earlier, "t");
    REQUIRE(mask.kept.data() == expected_mask(weights, g, density, earlier));
    REQUIRE(mask.kept.shape() == shape_of(weights));
    REQUIRE(mask.granularity == g);
    REQUIRE(mask.density_requested == density);
    REQUIRE(mask.density_achieved == share_kept(mask));
  }
}

TEST_CASE("one threshold over random layers follows the definition") {
  Dice dice(2);
  for (int trial = 0; trial < 1500; ++trial) {
    CAPTURE(trial);
    const Granularity g = random_granularity(dice);
    std::vector<ValueTensor> weights;
    std::vector<Mask> previous;
    const bool continues = dice(2) == 0;
    const auto layer_count = static_cast<std::size_t>(1 + dice(4));
    for (std::size_t l = 0; l < layer_count; ++l) {
      weights.push_back(random_weights(dice, random_shape(dice)));
      previous.push_back(random_previous(dice, weights.back(), g));
    }
    std::vector<GlobalLayer> layers;
    for (std::size_t l = 0; l < layer_count; ++l)
      layers.push_back(
          {.weights = &weights[l], .previous = continues ? &previous[l] : nullptr, .where = "t"});
    const double density = random_density(dice);

    const auto masks = prune_global(layers, g, density);
    const auto expected = expected_global(layers, g, density);
    REQUIRE(masks.size() == layer_count);
    for (std::size_t l = 0; l < layer_count; ++l) {
      REQUIRE(masks[l].kept.data() == expected[l]);
      REQUIRE(masks[l].granularity == g);
      REQUIRE(masks[l].density_requested == density);
      REQUIRE(masks[l].density_achieved == share_kept(masks[l]));
    }
  }
}

TEST_CASE("a global walk stops at the first grain that does not fit") {
  // Means 4 (two weights), 3 (four weights), 2 (two weights); a budget of 5 of 8 weights.
  const ValueTensor small = floats({2, 1, 1, 2}, {4, 4, 2, 2});
  const ValueTensor large = floats({1, 1, 1, 4}, {3, 3, 3, 3});
  const std::vector<GlobalLayer> layers{{&small, nullptr, "a"}, {&large, nullptr, "b"}};
  auto masks = prune_global(layers, Granularity::filter, 0.625);
  CHECK(masks[0].kept.data() == std::vector<std::uint8_t>{1, 1, 0, 0});
  CHECK(masks[1].kept.data() == std::vector<std::uint8_t>(4, 0));
  // Exactly six weights: both of the first two grains.
  masks = prune_global(layers, Granularity::filter, 0.75);
  CHECK(masks[0].kept.data() == std::vector<std::uint8_t>{1, 1, 0, 0});
  CHECK(masks[1].kept.data() == std::vector<std::uint8_t>(4, 1));
}

TEST_CASE("of equal means the earlier layer, then the lower index, survives") {
  const ValueTensor a = floats({1, 1, 1, 3}, {1, 2, 1});
  const ValueTensor b = floats({1, 1, 1, 3}, {1, 1, 1});
  const std::vector<GlobalLayer> layers{{&a, nullptr, "a"}, {&b, nullptr, "b"}};
  const auto masks = prune_global(layers, Granularity::fine, 4.0 / 6.0);
  CHECK(masks[0].kept.data() == std::vector<std::uint8_t>{1, 1, 1});
  CHECK(masks[1].kept.data() == std::vector<std::uint8_t>{1, 0, 0});
}

TEST_CASE("pruning in falling steps reaches the mask of the last density at once") {
  Dice dice(3);
  for (int trial = 0; trial < 300; ++trial) {
    const ValueTensor weights = random_weights(dice, random_shape(dice));
    const Granularity g = random_granularity(dice);
    const Mask first = prune_layer(weights, g, 0.8, nullptr, "t");
    const Mask second = prune_layer(weights, g, 0.45, &first, "t");
    REQUIRE(second.kept == prune_layer(weights, g, 0.45, nullptr, "t").kept);
  }
}

TEST_CASE("what was pruned stays pruned when retrained weights are large there") {
  const ValueTensor before = floats({1, 1, 1, 4}, {1, 2, 3, 4});
  const Mask first = prune_layer(before, Granularity::fine, 0.75, nullptr, "t");
  const ValueTensor retrained = floats({1, 1, 1, 4}, {9, 4, 3, 2});
  const Mask second = prune_layer(retrained, Granularity::fine, 0.5, &first, "t");
  CHECK(second.kept.data() == std::vector<std::uint8_t>{0, 1, 1, 0});
  // The density counts over all four weights, and nothing can come back.
  const Mask third = prune_layer(retrained, Granularity::fine, 1.0, &first, "t");
  CHECK(third.kept == first.kept);
  CHECK(third.density_achieved == 0.75);
}

TEST_CASE("applying a mask clears the pruned weights and keeps every bit of the others") {
  const float negative_zero = -0.0F;
  const float tiny = std::numeric_limits<float>::denorm_min();
  ValueTensor f = floats({1, 1, 1, 4}, {negative_zero, tiny, 7, -3});
  const Mask mask{.kept = Tensor<std::uint8_t>({1, 1, 1, 4}, {1, 1, 0, 1})};
  apply_mask(f, mask);
  const auto& values = std::get<Tensor<float>>(f).data();
  CHECK(std::signbit(values[0]));
  CHECK(values == std::vector<float>{negative_zero, tiny, 0, -3});

  ValueTensor i = IntTensor{.values = Tensor<std::int16_t>({1, 1, 1, 4}, {-5, 6, 7, -32768}),
                            .scale = 0.25,
                            .stored_as_int8 = true};
  apply_mask(i, mask);
  const auto& integers = std::get<IntTensor>(i);
  CHECK(integers.values.data() == std::vector<std::int16_t>{-5, 6, 0, -32768});
  CHECK(integers.scale == 0.25);
  CHECK(integers.stored_as_int8);
}

TEST_CASE("a mask of another shape is never applied") {
  ValueTensor f = floats({1, 1, 1, 4}, {1, 2, 3, 4});
  const Mask mask{.kept = Tensor<std::uint8_t>({1, 1, 2, 2}, 1)};
  CHECK_THROWS_AS(apply_mask(f, mask), ModelError);
}

TEST_CASE("an earlier mask that cuts through a grain is refused by name") {
  const ValueTensor t = floats({2, 1, 1, 2}, {1, 2, 3, 4});
  const Mask fine{.kept = Tensor<std::uint8_t>({2, 1, 1, 2}, {1, 1, 0, 1})};
  CHECK_THROWS_WITH(prune_layer(t, Granularity::filter, 0.5, &fine, "net.h5:/layers/c"),
                    "net.h5:/layers/c: the earlier mask (granularity fine) drops part of filter "
                    "grain 1, expected whole grains: continue at granularity fine or finer");
  CHECK_NOTHROW(prune_layer(t, Granularity::fine, 0.5, &fine, "t"));
  const std::vector<GlobalLayer> layers{{&t, &fine, "net.h5:/layers/c"}};
  CHECK_THROWS_AS(prune_global(layers, Granularity::filter, 0.5), InputError);
}

TEST_CASE("an earlier mask of another shape is refused") {
  const ValueTensor t = floats({2, 1, 1, 2}, {1, 2, 3, 4});
  const Mask other{.kept = Tensor<std::uint8_t>({1, 2, 1, 2}, 1)};
  CHECK_THROWS_WITH(prune_layer(t, Granularity::fine, 0.5, &other, "p"),
                    "p: the earlier mask has shape [1, 2, 1, 2], expected [2, 1, 1, 2]");
}

TEST_CASE("densities outside (0,1] are refused") {
  const ValueTensor t = floats({1, 1, 1, 2}, {1, 2});
  const std::vector<GlobalLayer> layers{{&t, nullptr, "t"}};
  for (const double density : {0.0, -0.5, 1.0000001, std::nan(""), 1.0 / 0.0}) {
    CHECK_THROWS_WITH(prune_layer(t, Granularity::fine, density, nullptr, "t"),
                      Contains("t: density ") && Contains("expected a number in (0,1]"));
    CHECK_THROWS_AS(prune_global(layers, Granularity::fine, density), InputError);
  }
}
