#include "sim/verification.hpp"

#include <catch2/catch.hpp>

#include "sim/baselines.hpp"
#include "sparse_formats/error.hpp"
#include "tests/support/one_layer.hpp"
#include "tests/support/random_layer.hpp"
#include "workloads/reference_convolution.hpp"

using namespace scnn;
using Catch::Contains;

namespace {

struct Fixture {
  memory::Architecture arch;
  workloads::QuantisedLayer layer;

  Fixture() {
    arch.pe_rows = arch.pe_cols = 2;
    test::Draw draw(1, "verification");
    const LayerShape s{.C = 3, .H = 6, .W = 6, .K = 4, .R = 3, .S = 3};
    layer = test::make_layer(s, {}, {}, "conv");
    layer.weights = test::random_tensor(draw, {4, 3, 3, 3}, 70, 8);
    layer.input = test::random_tensor(draw, {1, 3, 6, 6}, 70, 8);
  }
  [[nodiscard]] Tensor<std::int64_t> reference() const {
    return workloads::reference_convolution(layer.spec.shape, layer.input, layer.weights);
  }
  void check(const memory::Counters& c, const sim::LayerJob& job) const {
    sim::check_identities(c, job, arch, sim::nonzero_products(layer, arch));
  }
  /// Counters that satisfy every identity.
  [[nodiscard]] memory::Counters consistent() const {
    memory::Counters c;
    c.compute_cycles = 100;
    c.issue = 150;
    c.barrier_wait = 250;
    c.products = sim::nonzero_products(layer, arch);
    c.dropped_plane = 10;
    c.updates = c.products - 10;
    return c;
  }
};

}  // namespace

TEST_CASE("Sums that equal the reference convolution pass") {
  const Fixture f;
  const sim::LayerJob job(f.layer, f.arch, true);
  CHECK_NOTHROW(sim::verify(f.layer, f.reference(), job.output().owners));
}

TEST_CASE("One wrong sum is named by layer, output, owner, expected and found") {
  const Fixture f;
  const sim::LayerJob job(f.layer, f.arch, true);
  auto sums = f.reference();
  const std::int64_t expected = sums.at(2, 3, 1);
  sums.at(2, 3, 1) = expected + 1;
  sums.at(3, 0, 0) += 5;  // a later one is not what is reported
  const std::string message = "layer conv: output [k=2][oy=3][ox=1] of PE 2 accumulated " +
                              std::to_string(expected + 1) + ", the reference convolution gives " +
                              std::to_string(expected);
  CHECK_THROWS_AS(sim::verify(f.layer, sums, job.output().owners), VerificationError);
  CHECK_THROWS_WITH(sim::verify(f.layer, sums, job.output().owners), message);
}

TEST_CASE("Counters that keep the identities pass") {
  const Fixture f;
  const sim::LayerJob job(f.layer, f.arch, true);
  CHECK_NOTHROW(f.check(f.consistent(), job));
}

TEST_CASE("A violated identity is an error of the model, with the counters") {
  const Fixture f;
  const sim::LayerJob job(f.layer, f.arch, true);
  auto refused = [&](auto change, const char* message) {
    memory::Counters c = f.consistent();
    change(c);
    INFO(message);
    CHECK_THROWS_AS(f.check(c, job), ModelError);
    CHECK_THROWS_WITH(f.check(c, job), Contains(message) && Contains("layer conv") &&
                                           Contains("\n  compute_cycles = 100"));
  };
  refused([](auto& c) { ++c.issue; }, "activities sum to 401, expected PEs * compute_cycles = 400");
  refused([](auto& c) { --c.drain, ++c.bank_stall, --c.barrier_wait; }, "activities sum to");
  refused([](auto& c) { --c.updates; }, "updates and dropped products sum to");
  refused([](auto& c) { ++c.dropped_stride; }, "updates and dropped products sum to");
  refused([](auto& c) { ++c.products, ++c.updates; }, "expected");
}

TEST_CASE("The products of a split layer are those of its tiles, which share inputs") {
  Fixture f;
  f.arch.accumulator.capacity = memory::Capacity::split_plane;
  f.arch.accumulator.banks = 8;
  f.arch.accumulator.entries_per_bank = 4;
  const sim::LayerJob job(f.layer, f.arch, true);
  REQUIRE(job.tiles().size() > 1);
  memory::Counters c = f.consistent();
  CHECK_THROWS_AS(f.check(c, job), ModelError);
  c.products = 0;
  for (const auto& tile : job.tiles())
    c.products += sim::nonzero_products(f.layer, f.arch, 0, tile.tile.inputs);
  c.updates = c.products - 10;
  CHECK_NOTHROW(f.check(c, job));
  ++c.products, ++c.updates;
  CHECK_THROWS_AS(f.check(c, job), ModelError);
}
