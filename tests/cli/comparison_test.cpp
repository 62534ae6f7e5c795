#include "tools/comparison.hpp"

#include <catch2/catch.hpp>

using namespace scnn;
using workloads::IntTensor;
using workloads::ValueTensor;

namespace {

ValueTensor integers(std::vector<std::int16_t> values, double scale) {
  const auto n = static_cast<std::int64_t>(values.size());
  return IntTensor{.values = {{n, 1, 1, 1}, std::move(values)}, .scale = scale};
}

}  // namespace

TEST_CASE("integers that are too wide get a new scale with the largest at the edge") {
  ValueTensor weights = integers({1000, -500, 4, 3, -12, 0}, 0.5);
  REQUIRE(cli::narrow(weights, 8));
  const auto& narrowed = std::get<IntTensor>(weights);
  // The step is 1000 / 127 = 7.874 old units: 4 is 0.508 of it, 3 is 0.381, 12 is 1.524.
  CHECK(narrowed.values.data() == std::vector<std::int16_t>{127, -64, 1, 0, -2, 0});
  CHECK(narrowed.scale == Approx(0.5 * 1000 / 127));
}

TEST_CASE("a half is rounded to the even integer") {
  ValueTensor weights = integers({254, 1, 3, -5}, 1.0);  // a step of 2
  REQUIRE(cli::narrow(weights, 8));
  CHECK(std::get<IntTensor>(weights).values.data() == std::vector<std::int16_t>{127, 0, 2, -2});
}

TEST_CASE("integers that fit, and floats, stay as they are") {
  ValueTensor fits = integers({127, -128, 5}, 0.25);
  CHECK_FALSE(cli::narrow(fits, 8));
  CHECK(std::get<IntTensor>(fits).values.data() == std::vector<std::int16_t>{127, -128, 5});
  CHECK(std::get<IntTensor>(fits).scale == 0.25);
  ValueTensor floats = Tensor<float>({2, 1, 1, 1}, {1e6F, -3.0F});
  CHECK_FALSE(cli::narrow(floats, 8));
}

TEST_CASE("a layer of zeros has nothing to prune") {
  workloads::Layer layer;
  layer.weights = Tensor<float>({4, 1, 1, 1});
  CHECK(cli::default_density(layer) == 1.0);
  layer.spec.density_published = 0.3;
  CHECK(cli::default_density(layer) == 0.3);
}
