#include "sim/baselines.hpp"

#include <catch2/catch.hpp>

#include "tests/support/random_layer.hpp"
#include "workloads/zoo.hpp"

using namespace scnn;
using scnn::test::Draw;

namespace {

workloads::QuantisedLayer random_layer(Draw& draw) {
  workloads::QuantisedLayer layer;
  layer.spec.shape = test::random_shape(draw);
  const LayerShape& s = layer.spec.shape;
  layer.weights = test::random_tensor(draw, {s.K, s.group_C(), s.R, s.S}, 60, 8);
  layer.input = test::random_tensor(draw, {1, s.C, s.H, s.W}, 50, 8);
  return layer;
}

/// Every pair of a weight and an activation of its channel, counted when neither is zero
/// and, with phases, when both lie in one phase (S18).
std::uint64_t products_by_pairs(const workloads::QuantisedLayer& layer,
                                const memory::Architecture& arch, const pe::Rect& inputs) {
  const LayerShape& s = layer.spec.shape;
  std::uint64_t products = 0;
  for (std::int64_t k = 0; k < s.K; ++k)
    for (std::int64_t c = 0; c < s.group_C(); ++c)
      for (std::int64_t r = 0; r < s.R; ++r)
        for (std::int64_t q = 0; q < s.S; ++q)
          for (std::int64_t y = inputs.rows.begin; y < inputs.rows.end; ++y)
            for (std::int64_t x = inputs.cols.begin; x < inputs.cols.end; ++x) {
              const std::int64_t channel = k / s.group_K() * s.group_C() + c;
              if (layer.weights.at(k, c, r, q) == 0 || layer.input.at(channel, y, x) == 0) continue;
              if (arch.stride_mode == memory::StrideMode::phases &&
                  ((y + s.pad_top) % s.stride_h != s.dilation_h * r % s.stride_h ||
                   (x + s.pad_left) % s.stride_w != s.dilation_w * q % s.stride_w))
                continue;
              ++products;
            }
  return products;
}

}  // namespace

TEST_CASE("The oracle rounds products over all multipliers up, once") {
  memory::Architecture arch;  // 64 PEs of 16 multipliers
  CHECK(sim::oracle_cycles(0, arch) == 0);
  CHECK(sim::oracle_cycles(1, arch) == 1);
  CHECK(sim::oracle_cycles(1024, arch) == 1);
  CHECK(sim::oracle_cycles(1025, arch) == 2);
  arch.pe_rows = arch.pe_cols = arch.F = arch.I = 1;
  CHECK(sim::oracle_cycles(1025, arch) == 1025);
}

TEST_CASE("DCNN's cycles are those of its published utilisations") {
  const memory::Architecture arch;
  auto utilisation = [&](const LayerShape& s) {
    return static_cast<double>(s.multiplies()) /
           (1024.0 * static_cast<double>(sim::dcnn_cycles(s, arch)));
  };
  const auto vgg = workloads::zoo_layers("vgg16", {});
  CHECK(utilisation(vgg[0].shape) == Approx(3.0 / 16));   // 3 of 16 channels
  CHECK(utilisation(vgg[8].shape) == Approx(0.765625));   // 28 of 32 rows and columns
  CHECK(utilisation(vgg[12].shape) == Approx(0.765625));  // 14 of 16
}

TEST_CASE("DCNN's cycles by hand, with groups and with channels that do not fill a vector") {
  memory::Architecture arch;
  arch.pe_rows = 2;
  arch.pe_cols = 3;
  arch.F = 2;
  arch.I = 2;
  LayerShape s{.C = 10, .H = 7, .W = 8, .K = 6, .R = 3, .S = 2};
  // 5x7 outputs: 3 x 3 per PE; 10 channels in 3 vectors of 4.
  CHECK(sim::dcnn_cycles(s, arch) == 3 * 3 * 6 * 3 * 2 * 3);
  s.groups = 2;  // 5 channels in 2 vectors
  CHECK(sim::dcnn_cycles(s, arch) == 3 * 3 * 6 * 3 * 2 * 2);
}

TEST_CASE("Products are the pairs of non-zeros of a channel and phase") {
  Draw draw(1, "products");
  for (int i = 0; i < 60; ++i) {
    const auto layer = random_layer(draw);
    const LayerShape& s = layer.spec.shape;
    memory::Architecture arch;
    if (draw.chance(50)) arch.stride_mode = memory::StrideMode::discard;
    INFO("layer " << i);
    REQUIRE(sim::nonzero_products(layer, arch) ==
            products_by_pairs(layer, arch, {{0, s.H}, {0, s.W}}));
    const std::int64_t y = draw.between(0, s.H), x = draw.between(0, s.W);
    const pe::Rect part{{y, draw.between(y, s.H)}, {x, draw.between(x, s.W)}};
    std::uint64_t products = 0;
    for (std::int64_t n = 0; n < s.groups; ++n)
      products += sim::nonzero_products(layer, arch, n, part);
    REQUIRE(products == products_by_pairs(layer, arch, part));
  }
}
