/// Pruning of whole networks: what is asked of which layer, earlier masks, and files.
#include <algorithm>
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "pruning/prune.hpp"
#include "pruning/prune_network.hpp"
#include "sparse_formats/error.hpp"
#include "tests/support/memory_network.hpp"
#include "tests/support/temporary_folder.hpp"

namespace {

using namespace scnn;
using namespace scnn::pruning;
using Catch::Matchers::Contains;
using test::MemoryNetwork;
using workloads::DensityTable;
using workloads::IntTensor;
using workloads::Layer;
using workloads::LayerSpec;
using workloads::Mask;
using workloads::ValueTensor;
namespace fs = std::filesystem;

/// Weights without a pattern, the same everywhere; `salt` tells trainings apart.
std::int16_t weight(std::size_t i, std::size_t salt) {
  const std::uint32_t mixed = static_cast<std::uint32_t>(i * 2654435761U + salt * 40503U + 77U);
  return static_cast<std::int16_t>(static_cast<int>(mixed >> 8U) % 97 - 48);
}

/// A layer `[K][C][R][S]` of float weights, or int16 with a scale, with bias and input.
Layer make_layer(const std::string& name, const Tensor<float>::Shape& shape, bool integers,
                 std::size_t salt = 0) {
  Layer layer;
  layer.spec.name = name;
  layer.spec.shape = {.C = shape[1], .H = 6, .W = 5, .K = shape[0], .R = shape[2], .S = shape[3]};
  layer.spec.density_published = 0.25;
  layer.spec.has_input = true;
  Tensor<float> floats(shape);
  Tensor<std::int16_t> ints(shape);
  for (std::size_t i = 0; i < floats.size(); ++i) {
    ints.values()[i] = weight(i + name.size() * 1000, salt);
    floats.values()[i] = static_cast<float>(ints.values()[i]) / 8.0F;
  }
  if (integers)
    layer.weights = IntTensor{.values = std::move(ints), .scale = 0.03125};
  else
    layer.weights = std::move(floats);
  for (std::int64_t k = 0; k < shape[0]; ++k) layer.bias.push_back(static_cast<float>(k) / 3.0F);
  Tensor<float> input({1, shape[1], 6, 5});
  for (std::size_t i = 0; i < input.size(); ++i)
    input.values()[i] = static_cast<float>(weight(i, 9)) / 7.0F;
  layer.input = std::move(input);
  return layer;
}

std::vector<Layer> three_layers(std::size_t salt = 0) {
  return {make_layer("conv1", {6, 3, 3, 2}, false, salt),
          make_layer("conv2", {4, 6, 1, 3}, true, salt),
          make_layer("fc", {10, 4, 1, 1}, false, salt)};
}

struct Pruned {
  std::vector<Layer> layers;
  std::vector<LayerPruning> reports;
};

Pruned prune(const workloads::NetworkSource& in, const workloads::NetworkSource* previous,
             const PruneOptions& options) {
  Pruned result;
  result.reports = prune_network(in, previous, options,
                                 [&result](const Layer& layer) { result.layers.push_back(layer); });
  return result;
}

/// Bits of every weight, so that -0 and 0 differ.
std::vector<std::uint32_t> bits_of(const ValueTensor& t) {
  std::vector<std::uint32_t> bits;
  if (const auto* floats = std::get_if<Tensor<float>>(&t))
    for (const float v : floats->values()) bits.push_back(std::bit_cast<std::uint32_t>(v));
  else
    for (const std::int16_t v : std::get<IntTensor>(t).values.values())
      bits.push_back(static_cast<std::uint16_t>(v));
  return bits;
}

/// Holds a pruned layer to its source: only weights under mask 0 differ, and they are 0.
void check_only_pruned(const Layer& pruned, const Layer& source) {
  const auto after = bits_of(pruned.weights);
  const auto before = bits_of(source.weights);
  REQUIRE(after.size() == before.size());
  REQUIRE(pruned.mask.has_value());
  for (std::size_t i = 0; i < after.size(); ++i)
    REQUIRE(after[i] == (pruned.mask->kept.values()[i] != 0 ? before[i] : 0U));
  CHECK(pruned.bias == source.bias);
  REQUIRE(pruned.input.has_value());
  CHECK(bits_of(*pruned.input) == bits_of(*source.input));
  CHECK(pruned.spec.density_published == source.spec.density_published);
}

void check_untouched(const Layer& layer, const Layer& source) {
  CHECK(bits_of(layer.weights) == bits_of(source.weights));
  CHECK(layer.bias == source.bias);
  CHECK(bits_of(*layer.input) == bits_of(*source.input));
  CHECK(layer.mask.has_value() == source.mask.has_value());
}

/// What the user would read.
std::string message_for(const workloads::NetworkSource& in,
                        const workloads::NetworkSource* previous, const PruneOptions& options) {
  try {
    (void)prune(in, previous, options);
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("one density prunes every layer to it and says what came of it") {
  const auto source = three_layers();
  const MemoryNetwork in("net", source);
  for (const Granularity g : kGranularities) {
    CAPTURE(name_of(g));
    const auto [layers, reports] = prune(in, nullptr, {.granularity = g, .density = 0.4});
    REQUIRE(layers.size() == 3);
    REQUIRE(reports.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
      check_only_pruned(layers[i], source[i]);
      const Mask expected = prune_layer(source[i].weights, g, 0.4, nullptr, "x");
      CHECK(layers[i].mask->kept == expected.kept);
      CHECK(layers[i].mask->granularity == g);
      CHECK(layers[i].spec.granularity == g);
      CHECK(layers[i].mask->density_requested == 0.4);
      CHECK(reports[i].name == source[i].spec.name);
      CHECK(reports[i].outcome == Outcome::pruned);
      CHECK(reports[i].weights == source[i].spec.shape.weight_count());
      CHECK(reports[i].kept_weights == std::ranges::count(expected.kept.values(), 1));
      CHECK(reports[i].density_requested == 0.4);
      CHECK(reports[i].density_achieved == expected.density_achieved);
      CHECK(reports[i].nonzero_density == workloads::density_of(layers[i].weights));
    }
  }
}

TEST_CASE("a density table prunes by first match and leaves the rest alone") {
  const auto source = three_layers();
  const MemoryNetwork in("net", source);
  const DensityTable table({{"conv2", 0.25}, {"conv*", 0.5}, {"pool*", 0.1}});
  const auto [layers, reports] = prune(in, nullptr, {.density = table});
  CHECK(reports[0].density_requested == 0.5);
  CHECK(reports[1].density_requested == 0.25);
  CHECK(reports[2].outcome == Outcome::no_density);
  CHECK(reports[2].density_requested == std::nullopt);
  CHECK(reports[2].kept_weights == 40);
  CHECK(reports[2].density_achieved == 1.0);
  check_untouched(layers[2], source[2]);
  CHECK(unmatched_patterns(table, in) == std::vector<std::string>{"pool*"});
}

TEST_CASE("layers are chosen by pattern, and skipping is stronger") {
  const auto source = three_layers();
  const MemoryNetwork in("net", source);
  const auto [layers, reports] =
      prune(in, nullptr, {.density = 0.5, .layers = {"conv?", "nothing"}, .skip = {"*1", "f*"}});
  CHECK(reports[0].outcome == Outcome::left_out);
  CHECK(reports[1].outcome == Outcome::pruned);
  CHECK(reports[2].outcome == Outcome::left_out);
  check_untouched(layers[0], source[0]);
  check_only_pruned(layers[1], source[1]);
  check_untouched(layers[2], source[2]);
}

TEST_CASE("a layer left alone keeps the mask it had, a pruned one gets a new one") {
  auto source = three_layers();
  for (Layer& layer : source) {
    layer.mask = prune_layer(layer.weights, Granularity::fine, 0.3, nullptr, "x");
    apply_mask(layer.weights, *layer.mask);
  }
  const MemoryNetwork in("net", source);
  const auto [layers, reports] =
      prune(in, nullptr, {.granularity = Granularity::filter, .density = 0.5, .skip = {"conv1"}});
  CHECK(layers[0].mask->kept == source[0].mask->kept);
  CHECK(reports[0].density_requested == std::nullopt);
  CHECK(reports[0].density_achieved == source[0].mask->density_achieved);
  CHECK(layers[1].mask->granularity == Granularity::filter);
  // Coarse grains of sparse weights keep zeros.
  CHECK(reports[1].density_achieved == 0.5);
  CHECK(reports[1].nonzero_density < 0.5);
}

TEST_CASE("a schedule ends where its last density ends, and nothing comes back") {
  const MemoryNetwork in("net", three_layers());
  for (const Scope scope : {Scope::layer, Scope::global}) {
    const auto at_once = prune(in, nullptr, {.density = 0.3, .scope = scope});
    const auto falling = prune(in, nullptr, {.density = Schedule{{0.9, 0.5, 0.3}}, .scope = scope});
    const auto rising = prune(in, nullptr, {.density = Schedule{{0.3, 0.8}}, .scope = scope});
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(falling.layers[i].mask->kept == at_once.layers[i].mask->kept);
      CHECK(falling.reports[i].density_requested == 0.3);
      CHECK(rising.layers[i].mask->kept == at_once.layers[i].mask->kept);
      CHECK(rising.reports[i].density_requested == 0.8);
      CHECK(rising.reports[i].density_achieved == at_once.reports[i].density_achieved);
    }
  }
}

TEST_CASE("global scope prunes the chosen layers with one threshold") {
  const auto source = three_layers();
  const MemoryNetwork in("net", source);
  for (const Granularity g : kGranularities) {
    CAPTURE(name_of(g));
    const auto [layers, reports] = prune(
        in, nullptr, {.granularity = g, .density = 0.4, .scope = Scope::global, .skip = {"conv2"}});
    const std::vector<GlobalLayer> chosen{{&source[0].weights, nullptr, "a"},
                                          {&source[2].weights, nullptr, "b"}};
    const auto expected = prune_global(chosen, g, 0.4);
    check_only_pruned(layers[0], source[0]);
    check_untouched(layers[1], source[1]);
    check_only_pruned(layers[2], source[2]);
    CHECK(layers[0].mask->kept == expected[0].kept);
    CHECK(layers[2].mask->kept == expected[1].kept);
    CHECK(reports[1].outcome == Outcome::left_out);
    CHECK(reports[0].density_requested == 0.4);
    CHECK(reports[0].density_achieved == expected[0].density_achieved);
  }
}

TEST_CASE("what an earlier network pruned stays pruned, whatever the order of its layers") {
  const MemoryNetwork first("first", three_layers());
  auto earlier = prune(first, nullptr, {.density = 0.6}).layers;
  std::ranges::reverse(earlier);
  earlier.push_back(make_layer("surplus", {1, 1, 1, 1}, false));
  const MemoryNetwork previous("previous", earlier);
  const auto retrained = three_layers(5);
  const MemoryNetwork in("retrained", retrained);
  for (const Scope scope : {Scope::layer, Scope::global}) {
    const auto [layers, reports] = prune(in, &previous, {.density = 0.5, .scope = scope});
    std::vector<GlobalLayer> chosen;
    for (std::size_t i = 0; i < 3; ++i)
      chosen.push_back({&retrained[i].weights, &*earlier[2 - i].mask, "x"});
    const auto together = prune_global(chosen, Granularity::fine, 0.5);
    for (std::size_t i = 0; i < 3; ++i) {
      check_only_pruned(layers[i], retrained[i]);
      const Mask& before = *earlier[2 - i].mask;
      const Mask alone = prune_layer(retrained[i].weights, Granularity::fine, 0.5, &before, "x");
      CHECK(layers[i].mask->kept == (scope == Scope::layer ? alone.kept : together[i].kept));
      for (std::size_t w = 0; w < before.kept.size(); ++w)
        if (before.kept.values()[w] == 0) REQUIRE(layers[i].mask->kept.values()[w] == 0);
    }
  }
}

TEST_CASE("layers are read once, twice in global scope, and earlier ones once") {
  const auto layers =
      prune(MemoryNetwork("first", three_layers()), nullptr, {.density = 0.6}).layers;
  for (const Scope scope : {Scope::layer, Scope::global}) {
    const MemoryNetwork in("in", three_layers());
    const MemoryNetwork previous("previous", layers);
    (void)prune(in, &previous, {.density = 0.5, .scope = scope, .skip = {"fc"}});
    CHECK(in.reads("conv1") == (scope == Scope::global ? 2 : 1));
    CHECK(in.reads("fc") == 1);
    CHECK(previous.reads("conv1") == 1);
    CHECK(previous.reads("fc") == 0);
  }
}

TEST_CASE("an earlier network that does not fit is refused at its place") {
  const MemoryNetwork in("in", three_layers());
  auto earlier = prune(in, nullptr, {.density = 0.6}).layers;
  for (const Scope scope : {Scope::layer, Scope::global}) {
    const PruneOptions options{.density = 0.5, .scope = scope};

    const MemoryNetwork short_one("short", {earlier[0], earlier[2]});
    CHECK(message_for(in, &short_one, options) ==
          "in:/layers/conv2: the earlier network \"short\" has no layer of this name, expected "
          "an earlier pruning of the same network");

    auto reshaped = earlier;
    reshaped[1] = make_layer("conv2", {4, 6, 3, 1}, true);
    const MemoryNetwork other_shape("shape", reshaped);
    CHECK(message_for(in, &other_shape, options) ==
          "shape:/layers/conv2: weights of shape [4, 6, 3, 1], expected [4, 6, 1, 3] as in the "
          "network that is pruned");

    auto unmasked = earlier;
    unmasked[2].mask.reset();
    const MemoryNetwork no_mask("unmasked", unmasked);
    CHECK(message_for(in, &no_mask, options) ==
          "unmasked:/layers/fc: the layer has no mask, expected one of an earlier pruning "
          "(--skip leaves a layer out)");
    CHECK(message_for(in, &no_mask, {.density = 0.5, .scope = scope, .skip = {"fc"}}) ==
          "accepted");

    const MemoryNetwork previous("fine", earlier);
    CHECK_THAT(message_for(in, &previous,
                           {.granularity = Granularity::filter, .density = 0.5, .scope = scope}),
               Contains("fine:/layers/conv1: the earlier mask (granularity fine) drops part of "
                        "filter grain 0, expected whole grains"));
  }
}

TEST_CASE("impossible requests are refused before anything is read") {
  const MemoryNetwork in("in", three_layers());
  CHECK(message_for(in, nullptr, {.density = 0.0}) ==
        "--density: density 0, expected a number in (0,1]");
  CHECK(message_for(in, nullptr, {.density = 1.5}) ==
        "--density: density 1.5, expected a number in (0,1]");
  CHECK(message_for(in, nullptr, {.density = std::nan("")}) ==
        "--density: density nan, expected a number in (0,1]");
  CHECK(message_for(in, nullptr, {.density = Schedule{{0.5, -0.1}}}) ==
        "--schedule: density -0.1, expected a number in (0,1]");
  CHECK(message_for(in, nullptr, {.density = Schedule{}}) ==
        "--schedule: no density, expected at least one");
  CHECK(message_for(in, nullptr, {.density = DensityTable({{"conv*", 2.0}})}) ==
        "--densities: \"conv*\": density 2, expected a number in (0,1]");
  CHECK(message_for(in, nullptr,
                    {.density = DensityTable({{"conv*", 0.5}}), .scope = Scope::global}) ==
        "--scope global: a density per layer, expected one density or a schedule for the network");
  CHECK(message_for(in, nullptr, {.density = 0.5, .layers = {"pool*"}}) ==
        "--layers, --skip: no layer of network \"in\" is left to prune, expected at least one");
  CHECK(message_for(in, nullptr, {.density = 0.5, .skip = {"*"}}) ==
        "--layers, --skip: no layer of network \"in\" is left to prune, expected at least one");
  CHECK(in.reads("conv1") == 0);
}

TEST_CASE("a pruned file differs from its source in pruned weights and masks alone") {
  const test::TemporaryFolder folder;
  const auto source = three_layers();
  {
    workloads::NetworkWriter writer(folder / "in.h5",
                                    {.name = "net", .source = "", .license = "", .seed = 3});
    for (const Layer& layer : source) writer.append(layer);
    writer.commit();
  }
  const auto in = workloads::open_network(folder / "in.h5");
  {
    workloads::NetworkWriter writer(folder / "first.h5", in->info());
    prune_network(*in, nullptr, {.granularity = Granularity::vector, .density = 0.5}, writer);
    writer.commit();
  }
  const auto first = workloads::open_network(folder / "first.h5");
  CHECK(first->info().seed == 3);
  REQUIRE(first->layers().size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    const Layer layer = first->read(i);
    check_only_pruned(layer, source[i]);
    CHECK(layer.spec.granularity == Granularity::vector);
    CHECK(layer.mask->density_requested == 0.5);
  }
  // Continue from the file, as `--mask` does.
  workloads::NetworkWriter writer(folder / "second.h5", in->info());
  const auto reports =
      prune_network(*in, first.get(), {.granularity = Granularity::fine, .density = 0.2}, writer);
  writer.commit();
  const auto second = workloads::open_network(folder / "second.h5");
  for (std::size_t i = 0; i < 3; ++i) {
    const Layer layer = second->read(i);
    const Mask before = *first->read(i).mask;
    CHECK(layer.mask->kept ==
          prune_layer(source[i].weights, Granularity::fine, 0.2, &before, "x").kept);
    CHECK(reports[i].density_achieved == layer.mask->density_achieved);
  }
}

TEST_CASE("pruning a real network reaches the requested number of weights in every layer") {
  const fs::path file = fs::path(SCNN_TEST_DATA) / "data" / "alexnet_dense.h5";
  if (!fs::exists(file)) {
    WARN("skipped: no " << file.string());
    return;
  }
  const auto in = workloads::open_network(file);
  const DensityTable table({{"conv1", 0.84}, {"conv2", 0.38}, {"conv3", 0.35}, {"conv*", 0.37}});
  const auto [layers, reports] = prune(*in, nullptr, {.density = table});
  REQUIRE(layers.size() == in->layers().size());
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const LayerSpec& spec = layers[i].spec;
    CAPTURE(spec.name);
    check_only_pruned(layers[i], in->read(i));
    CHECK(reports[i].kept_weights ==
          kept_grains(*table.find(spec.name), spec.shape.weight_count()));
  }
}
