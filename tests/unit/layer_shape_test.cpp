#include "sparse_formats/layer_shape.hpp"

#include <catch2/catch.hpp>

#include "sparse_formats/error.hpp"
#include "sparse_formats/phases.hpp"
#include "tests/support/random_layer.hpp"

using namespace scnn;
using scnn::test::Draw;
using scnn::test::random_shape;

namespace {

/// Output positions of one axis counted one by one: where a whole kernel fits.
std::int64_t fitting_positions(std::int64_t padded, std::int64_t kernel, std::int64_t stride,
                               std::int64_t dilation) {
  std::int64_t count = 0;
  for (std::int64_t at = 0; at + dilation * (kernel - 1) < padded; at += stride) ++count;
  return count;
}

LayerShape good() { return {.C = 6, .H = 8, .W = 9, .K = 4, .R = 3, .S = 3, .groups = 2}; }

}  // namespace

TEST_CASE("Division rounds to minus and plus infinity for either sign") {
  for (std::int64_t b = 1; b <= 4; ++b)
    for (std::int64_t a = -9; a <= 9; ++a) {
      INFO(a << " / " << b);
      CHECK(floor_div(a, b) * b <= a);
      CHECK((floor_div(a, b) + 1) * b > a);
      CHECK(ceil_div(a, b) * b >= a);
      CHECK((ceil_div(a, b) - 1) * b < a);
    }
}

TEST_CASE("The output plane has a position wherever a whole kernel fits") {
  Draw draw(1, "output plane");
  for (int i = 0; i < 500; ++i) {
    const LayerShape s = random_shape(draw);
    CHECK(s.Ho() ==
          fitting_positions(s.H + s.pad_top + s.pad_bottom, s.R, s.stride_h, s.dilation_h));
    CHECK(s.Wo() ==
          fitting_positions(s.W + s.pad_left + s.pad_right, s.S, s.stride_w, s.dilation_w));
  }
}

TEST_CASE("Known layers have their published output planes") {
  const LayerShape conv1{
      .C = 3, .H = 227, .W = 227, .K = 96, .R = 11, .S = 11, .stride_h = 4, .stride_w = 4};
  CHECK(conv1.Ho() == 55);
  CHECK(conv1.multiplies() == 105415200);
  const LayerShape conv2{.C = 96,
                         .H = 27,
                         .W = 27,
                         .K = 256,
                         .R = 5,
                         .S = 5,
                         .pad_top = 2,
                         .pad_bottom = 2,
                         .pad_left = 2,
                         .pad_right = 2,
                         .groups = 2};
  CHECK(conv2.Wo() == 27);
  CHECK(conv2.group_C() == 48);
  CHECK(conv2.weight_count() == 256 * 48 * 25);
  CHECK(conv2.multiplies() == 223948800);
}

TEST_CASE("A kernel that does not fit leaves no output plane") {
  LayerShape s{.C = 1, .H = 4, .W = 4, .K = 1, .R = 5, .S = 1};
  CHECK(s.Ho() == 0);
  s.pad_bottom = 1;
  CHECK(s.Ho() == 1);
  s.dilation_h = 2;
  CHECK(s.Ho() < 1);
}

TEST_CASE("A valid shape is accepted") {
  CHECK_NOTHROW(validate_shape(good(), "here"));
  Draw draw(2, "valid shapes");
  for (int i = 0; i < 100; ++i) CHECK_NOTHROW(validate_shape(random_shape(draw), "here"));
}

TEST_CASE("A shape that cannot be is refused with its place, what was found and expected") {
  struct Case {
    std::int64_t LayerShape::*member;
    std::int64_t value;
    const char* message;
  };
  const Case cases[] = {
      {&LayerShape::C, 0, "here: C is 0, expected 1 to 16777216"},
      {&LayerShape::H, -3, "here: H is -3, expected 1 to 16777216"},
      {&LayerShape::W, 16777217, "here: W is 16777217, expected 1 to 16777216"},
      {&LayerShape::K, 0, "here: K is 0, expected 1 to 16777216"},
      {&LayerShape::R, 65536, "here: R is 65536, expected 1 to 65535"},
      {&LayerShape::S, 65536, "here: S is 65536, expected 1 to 65535"},
      {&LayerShape::stride_h, 0, "here: stride[0] is 0, expected 1 to 16777216"},
      {&LayerShape::stride_w, -1, "here: stride[1] is -1, expected 1 to 16777216"},
      {&LayerShape::dilation_h, 0, "here: dilation[0] is 0, expected 1 to 16777216"},
      {&LayerShape::dilation_w, 0, "here: dilation[1] is 0, expected 1 to 16777216"},
      {&LayerShape::groups, 0, "here: groups is 0, expected 1 to 16777216"},
      {&LayerShape::pad_top, -1, "here: padding top is -1, expected 0 to 16777216"},
      {&LayerShape::pad_bottom, -1, "here: padding bottom is -1, expected 0 to 16777216"},
      {&LayerShape::pad_left, -1, "here: padding left is -1, expected 0 to 16777216"},
      {&LayerShape::pad_right, -1, "here: padding right is -1, expected 0 to 16777216"},
      {&LayerShape::C, 7, "here: groups 2 does not divide C 7 and K 4"},
      {&LayerShape::K, 5, "here: groups 2 does not divide C 6 and K 5"},
      {&LayerShape::R, 9,
       "here: the output plane is 0x7, expected at least 1x1: the kernel is larger than the "
       "padded input"},
  };
  for (const Case& c : cases) {
    LayerShape s = good();
    s.*c.member = c.value;
    INFO(c.message);
    CHECK_THROWS_AS(validate_shape(s, "here"), InputError);
    CHECK_THROWS_WITH(validate_shape(s, "here"), c.message);
  }
}

TEST_CASE("A tensor of more than 2^31 elements is refused before it is made") {
  LayerShape s{.C = 32768, .H = 256, .W = 256};
  CHECK_NOTHROW(validate_shape(s, "here"));  // 2^31 elements exactly
  s.C = 32769;
  CHECK_THROWS_WITH(validate_shape(s, "here"),
                    "here: the input has more than 2^31 elements, which is too large");
  const LayerShape weights{.C = 65536, .K = 65536};
  CHECK_THROWS_WITH(validate_shape(weights, "here"),
                    "here: the weight tensor has more than 2^31 elements, which is too large");
  const LayerShape output{
      .C = 1, .H = 1, .W = 1, .K = 2, .pad_top = 16777215, .pad_left = 16777215};
  CHECK_THROWS_WITH(validate_shape(output, "here"),
                    "here: the output has more than 2^31 elements, which is too large");
}

TEST_CASE("Phases divide kernel and input positions among them") {
  for (std::int64_t phases = 1; phases <= 4; ++phases)
    for (std::int64_t dilation = 1; dilation <= 3; ++dilation)
      for (std::int64_t pad = 0; pad <= 4; ++pad) {
        std::vector<int> kernel(7, 0), input(9, 0);
        for (std::int64_t p = 0; p < phases; ++p) {
          for (auto r : sparse::kernel_positions(7, dilation, phases, p)) {
            CHECK(dilation * r % phases == p);
            ++kernel[static_cast<std::size_t>(r)];
          }
          for (auto y : sparse::input_positions(2, 9, pad, phases, p)) {
            CHECK((y + pad) % phases == p);
            ++input[static_cast<std::size_t>(y)];
          }
        }
        CHECK(kernel == std::vector<int>(7, 1));
        CHECK(input == std::vector<int>{0, 0, 1, 1, 1, 1, 1, 1, 1});
      }
  CHECK(sparse::PhaseSplit{2, 3}.count() == 6);
  CHECK(sparse::PhaseSplit{2, 3}.number(1, 2) == 5);
}
