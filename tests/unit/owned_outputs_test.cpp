#include <algorithm>
#include <array>
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "pe/ppu.hpp"
#include "sparse_formats/error.hpp"
#include "sparse_formats/instruction_set.hpp"
#include "tests/support/draw.hpp"

using namespace scnn;
using namespace scnn::pe;
using namespace scnn::test;

namespace {

const LayerShape kShape{.C = 1, .H = 5, .W = 5, .K = 2};
const std::array kBias{0.5F, -2.0F};
const memory::Architecture kArch;

/// Outputs of a 5x5 plane on a 2x2 array: PE 0 has 3x3 of them, PE 3 has 2x2.
OutputJob output_job() {
  OutputJob job{.shape = &kShape, .owners = OwnerMap({{0, 5}, {0, 5}}, 2, 2)};
  job.arch = &kArch;
  job.weight_scale = 0.25;
  job.input_scale = 2.0;
  return job;
}

}  // namespace

TEST_CASE("Rows added to a PE's outputs accumulate in place") {
  const OutputJob job = output_job();
  OwnedOutputs owned;
  owned.begin(job, 3);
  CHECK(owned.rect() == Rect{{3, 5}, {3, 5}});
  const std::array<std::int64_t, 2> both{10, 20};
  const std::array<std::int64_t, 1> one{7};
  owned.add({.k = 1, .oy = 4, .ox = 3, .sums = both});
  owned.add({.k = 1, .oy = 4, .ox = 4, .sums = one});
  CHECK(owned.row(1, 4)[0] == 10);
  CHECK(owned.row(1, 4)[1] == 27);
  CHECK(owned.row(1, 3)[0] == 0);
  CHECK(owned.row(0, 4)[1] == 0);
  owned.begin(job, 3);
  CHECK(owned.row(1, 4)[1] == 0);
}

TEST_CASE("Outputs that another PE owns are refused") {
  const OutputJob job = output_job();
  const std::array<std::int64_t, 2> sums{1, 2};
  OwnedOutputs owned;
  CHECK_THROWS_AS(owned.add({.k = 0, .oy = 3, .ox = 3, .sums = sums}), ModelError);
  owned.begin(job, 3);
  CHECK_NOTHROW(owned.add({.k = 1, .oy = 3, .ox = 3, .sums = sums}));
  CHECK_THROWS_WITH(owned.add({.k = 0, .oy = 2, .ox = 3, .sums = sums}),
                    "PPU: outputs [0][2][3..5) are not its own");
  CHECK_THROWS_AS(owned.add({.k = 0, .oy = 3, .ox = 2, .sums = sums}), ModelError);
  CHECK_THROWS_AS(owned.add({.k = 0, .oy = 3, .ox = 4, .sums = sums}), ModelError);
  CHECK_THROWS_AS(owned.add({.k = 2, .oy = 3, .ox = 3, .sums = sums}), ModelError);
}

TEST_CASE("A PE beyond the plane owns nothing") {
  const OutputJob job{.shape = &kShape, .owners = OwnerMap({{0, 5}, {0, 5}}, 4, 4)};
  OwnedOutputs owned;
  owned.begin(job, 15);  // rows of two: the plane ends after three PEs
  CHECK(owned.rect().area() == 0);
  const std::array<std::int64_t, 1> one{1};
  CHECK_THROWS_AS(owned.add({.k = 0, .oy = 4, .ox = 4, .sums = one}), ModelError);
}

TEST_CASE("An output is the scaled sum plus its channel's bias, then ReLU") {
  OutputJob job = output_job();
  OwnedOutputs owned;
  const auto values = [&owned, &job](std::int64_t k, std::int64_t sum) {
    owned.begin(job, 0);
    const std::array<std::int64_t, 2> sums{sum, -sum};
    owned.add({.k = k, .oy = 0, .ox = 0, .sums = sums});
    std::array<double, 9> out{};
    owned.values(k, out);
    return std::array<double, 2>{out[0], out[1]};
  };
  using Values = std::array<double, 2>;
  CHECK(values(0, 3) == Values{1.5, -1.5});
  job.bias = kBias.data();
  CHECK(values(0, 3) == Values{2.0, -1.0});
  CHECK(values(1, 3) == Values{-0.5, -3.5});
  job.relu = true;
  CHECK(values(0, 3) == Values{2.0, 0.0});
  CHECK(values(1, 3) == Values{0.0, 0.0});
}

TEST_CASE("Values of any number of outputs, their peak and overflows, on every instruction set") {
  for (const std::string& target : instruction_sets()) {
    INFO("instruction set " << target);
    force_instruction_set(target);
    for (std::size_t n = 0; n < 40; ++n) {
      Draw draw(static_cast<std::int64_t>(n), "outputs");
      std::vector<std::int64_t> sums;
      for (std::size_t i = 0; i < n; ++i)
        sums.push_back(draw.one_of<std::int64_t>(
            {0, 7, -8, 8388607, 8388608, -8388608, -8388609, (std::int64_t{1} << 61) + 1,
             -(std::int64_t{1} << 53) - 1, std::numeric_limits<std::int64_t>::min()}));
      OutputScaling s{0.1, 0.3, n % 2 == 0, -1.5, n % 3 == 0};
      std::vector<double> out(n, 99.0);
      const ChannelOutputs found = make_outputs(sums, s, 24, out);
      double peak = 0.0;
      std::uint64_t overflows = 0;
      for (std::size_t i = 0; i < n; ++i) {
        double v = static_cast<double>(sums[i]) * s.weight_scale * s.input_scale;
        if (s.biased) v += s.bias;
        if (s.relu) v = std::max(v, 0.0);
        REQUIRE(std::bit_cast<std::uint64_t>(out[i]) == std::bit_cast<std::uint64_t>(v));
        peak = std::max(peak, std::fabs(v));
        overflows += sums[i] < -8388608 || sums[i] > 8388607 ? 1 : 0;
      }
      CHECK(found.peak == peak);
      CHECK(found.overflows == overflows);
    }
  }
  force_instruction_set("");
}
