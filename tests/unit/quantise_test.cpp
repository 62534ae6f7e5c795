#include "sparse_formats/quantise.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <cmath>

#include "tests/support/draw.hpp"

using namespace scnn;

TEST_CASE("The largest magnitude becomes the largest integer of the width") {
  for (int bits = 2; bits <= 16; ++bits) {
    const std::int32_t limit = (1 << (bits - 1)) - 1;
    const std::array x{-3.5F, 0.0F, 1.0F};
    const Quantised q = quantise(x, bits);
    INFO("bits " << bits);
    CHECK(q.scale == 3.5 / limit);
    CHECK(q.values[0] == -limit);
    CHECK(q.values[1] == 0);
  }
}

TEST_CASE("Halves are rounded to the even neighbour") {
  CHECK(quantise_value(0.5, 1.0) == 0);
  CHECK(quantise_value(1.5, 1.0) == 2);
  CHECK(quantise_value(2.5, 1.0) == 2);
  CHECK(quantise_value(-0.5, 1.0) == 0);
  CHECK(quantise_value(-1.5, 1.0) == -2);
  CHECK(quantise_value(std::nextafter(0.5, 1.0), 1.0) == 1);
  CHECK(quantise_value(std::nextafter(2.5, 0.0), 1.0) == 2);
}

TEST_CASE("A tensor of zeros has scale 1, and so has an empty one") {
  CHECK(quantise(std::array{0.0F, -0.0F}, 8).scale == 1.0);
  CHECK(quantise(std::array{0.0F, -0.0F}, 8).values == std::vector<std::int32_t>{0, 0});
  CHECK(quantise({}, 8).scale == 1.0);
  CHECK(quantisation_scale(0.0, 16) == 1.0);
}

TEST_CASE("Every quantised value fits its width and lies within half a step") {
  test::Draw draw(1, "quantise");
  for (int bits = 2; bits <= 16; ++bits) {
    std::vector<float> x;
    for (int i = 0; i < 200; ++i)
      x.push_back(static_cast<float>(draw.between(-100000, 100000)) / 977.0F);
    const Quantised q = quantise(x, bits);
    for (std::size_t i = 0; i < x.size(); ++i) {
      INFO("bits " << bits << ", x " << x[i]);
      REQUIRE(fits_signed(q.values[i], bits));
      REQUIRE(std::fabs(q.values[i] * q.scale - static_cast<double>(x[i])) <= 0.5 * q.scale);
    }
  }
}

TEST_CASE("A signed width holds one more negative than positive integer") {
  CHECK(fits_signed(-128, 8));
  CHECK_FALSE(fits_signed(-129, 8));
  CHECK(fits_signed(127, 8));
  CHECK_FALSE(fits_signed(128, 8));
  CHECK(fits_signed((std::int64_t{1} << 62) - 1, 63));
  CHECK_FALSE(fits_signed(std::int64_t{1} << 62, 63));
}
