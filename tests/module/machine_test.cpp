// The machine as its users see it; a process per case, as it elaborates once.
#include <catch2/catch.hpp>
#include <cstring>
#include <optional>

#include "sim/run.hpp"
#include "sparse_formats/error.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/one_layer.hpp"
#include "tests/support/random_layer.hpp"
#include "workloads/reference_convolution.hpp"

using namespace scnn;
using namespace scnn::test;
using sim::Engine;

namespace {

memory::Architecture small_array() {
  memory::Architecture a;
  a.pe_rows = a.pe_cols = 2;
  a.kc = 4;
  return a;
}

workloads::QuantisedLayer random_conv(std::int64_t seed, const std::string& name) {
  Draw draw(seed, "machine");
  const LayerShape s{.C = 4,
                     .H = 9,
                     .W = 7,
                     .K = 10,
                     .R = 3,
                     .S = 3,
                     .pad_top = 1,
                     .pad_bottom = 1,
                     .pad_left = 1,
                     .pad_right = 1};
  auto layer = make_layer(s, {}, {}, name);
  layer.weights = random_tensor(draw, {10, 4, 3, 3}, 40, 8);
  layer.input = random_tensor(draw, {1, 4, 9, 7}, 50, 8);
  layer.spec.relu = true;
  return layer;
}

/// Runs layers on one machine and keeps what the callback was given.
struct Kept {
  std::vector<sim::LayerResult> results;
  std::vector<Tensor<std::int64_t>> sums;
  std::vector<Tensor<float>> outputs;
};

Kept run(const std::vector<workloads::QuantisedLayer>& layers, sim::RunOptions options,
         const memory::Architecture& arch = small_array()) {
  Kept kept;
  options.on_layer = [&](const sim::LayerResult&, const sim::LayerOutput& output) {
    kept.sums.push_back(output.accumulated);
    kept.outputs.push_back(output.output);
  };
  sim::Machine machine(arch, options);
  for (const auto& layer : layers) kept.results.push_back(machine.run(layer, kept.results.empty()));
  return kept;
}

/// A layer in which nothing happens: no weights, and no output that any PE reaches.
workloads::QuantisedLayer idle_layer() {
  const LayerShape s{.C = 1,
                     .H = 1,
                     .W = 1,
                     .K = 2,
                     .stride_h = 3,
                     .stride_w = 3,
                     .pad_top = 2,
                     .pad_bottom = 2,
                     .pad_left = 2,
                     .pad_right = 2};
  auto layer = make_layer(s, {0, 0}, {5}, "idle");
  layer.bias = {1.5F, -2.5F};
  return layer;
}

void check_idle_layer(Engine engine) {
  sim::RunOptions options;
  options.engine = engine;
  const Kept kept =
      run({random_conv(1, "busy"), idle_layer(), random_conv(2, "busy again")}, options);
  const memory::Counters& c = kept.results[1].counters;
  CHECK(c.compute_cycles == 0);
  // 2x2 outputs per channel, all of them the bias; the one activation is stored.
  CHECK(kept.outputs[1].data() ==
        std::vector<float>{1.5F, 1.5F, 1.5F, 1.5F, -2.5F, -2.5F, -2.5F, -2.5F});
  CHECK(c.oaram_writes == 8);
  CHECK(kept.results[2].verified);
}

/// Counters of two layers, from a machine in a process of its own.
std::vector<memory::Counters> counters_of(const sim::RunOptions& options) {
  Child child(
      [&](std::FILE* to) {
        const Kept kept = run({random_conv(1, "a"), random_conv(2, "b")}, options);
        for (const auto& result : kept.results)
          std::fwrite(&result.counters, sizeof(memory::Counters), 1, to);
        return 0;
      },
      60);
  const auto result = child.wait();
  INFO(result.output);
  REQUIRE(result.status == 0);
  REQUIRE(result.output.size() == 2 * sizeof(memory::Counters));
  std::vector<memory::Counters> counters(2);
  std::memcpy(counters.data(), result.output.data(), result.output.size());
  return counters;
}

void check_times_without_values(Engine engine) {
  sim::RunOptions options;
  options.engine = engine;
  auto with = counters_of(options);
  options.values = false;
  const auto without = counters_of(options);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(without[i].updates > 0);
    CHECK(with[i].oaram_writes > 0);
    // What is known of outputs is missing, nothing else.
    with[i].oaram_writes = 0;
    CHECK(with[i] == without[i]);
  }
  const Kept kept = run({random_conv(1, "a")}, options);
  CHECK(kept.sums[0].empty());
  CHECK_FALSE(kept.results[0].verified);
}

}  // namespace

TEST_CASE("A layer without a cycle has outputs of its own on the clocked machine") {
  check_idle_layer(Engine::clocked);
}
TEST_CASE("A layer without a cycle has outputs of its own on the decoupled machine") {
  check_idle_layer(Engine::decoupled);
}
TEST_CASE("The clocked machine keeps time without values") {
  check_times_without_values(Engine::clocked);
}
TEST_CASE("The decoupled machine keeps time without values") {
  check_times_without_values(Engine::decoupled);
}

TEST_CASE("A result describes its layer, and its output is scaled, biased and rectified") {
  auto layer = random_conv(3, "conv");
  layer.weight_scale = 0.5;
  layer.input_scale = 0.25;
  layer.bias.assign(10, 3.0F);
  layer.granularity = Granularity::vector;
  const Kept kept = run({layer}, {});
  const sim::LayerResult& r = kept.results[0];
  CHECK(r.name == "conv");
  CHECK(r.verified);
  CHECK(r.kc == 4);
  CHECK(r.temporal_tiles == 1);
  CHECK(r.granularity == Granularity::vector);
  CHECK(r.spec.shape == layer.spec.shape);
  CHECK(r.weight_density > 0.3);
  CHECK(r.weight_density < 0.5);
  CHECK(r.activation_density > 0.4);
  const auto expected =
      workloads::reference_convolution(layer.spec.shape, layer.input, layer.weights);
  CHECK(kept.sums[0] == expected);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double v = static_cast<double>(expected.data()[i]) * 0.125 + 3.0;
    REQUIRE(kept.outputs[0].data()[i] == static_cast<float>(v > 0 ? v : 0.0));
  }
}

TEST_CASE("Only the first layer of a network reads its input from DRAM, while it fits") {
  const auto layer = random_conv(4, "conv");
  const Kept kept = run({layer, layer}, {});
  CHECK(kept.results[0].counters.dram_activation_bits > 0);
  CHECK(kept.results[1].counters.dram_activation_bits == 0);
  memory::Counters first = kept.results[0].counters, second = kept.results[1].counters;
  first.dram_activation_bits = second.dram_activation_bits = 0;
  first.cycles = second.cycles = 0;
  CHECK(first == second);
}

TEST_CASE("A layer that no accumulator holds is refused by name, and the machine goes on") {
  memory::Architecture arch = small_array();
  arch.accumulator.capacity = memory::Capacity::shrink_kc;
  arch.accumulator.banks = 2;
  arch.accumulator.entries_per_bank = 12;
  sim::Machine machine(arch, {});
  CHECK_THROWS_AS(machine.run(random_conv(1, "large"), true), InputError);
  CHECK_THROWS_WITH(machine.run(random_conv(1, "large"), true),
                    Catch::StartsWith("layer large: an accumulator window of "));
  const auto small = make_layer({.C = 1, .H = 2, .W = 2, .K = 3}, {1, 2, 3}, {1, 2, 3, 4});
  CHECK(machine.run(small, false).verified);
}

TEST_CASE("A second machine in one process is refused") {
  const auto layer = random_conv(1, "conv");
  sim::Machine machine(small_array(), {});
  CHECK_THROWS_AS(sim::Machine(small_array(), {}), ModelError);
  CHECK(machine.run(layer, true).verified);
  CHECK_THROWS_AS(sim::Machine(small_array(), {}), ModelError);
}

TEST_CASE("A machine after one that is gone is refused once the kernel has run") {
  std::optional<sim::Machine> machine(std::in_place, small_array(), sim::RunOptions{});
  CHECK(machine->run(random_conv(1, "conv"), true).verified);
  machine.reset();
  CHECK_THROWS_AS(sim::Machine(small_array(), {}), ModelError);
}
