// The tensors of the zoo: exact densities, distributions, independence, fixed bytes.
#include <algorithm>
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>

#include "sparse_formats/error.hpp"
#include "sparse_formats/quantise.hpp"
#include "workloads/counter_rng.hpp"
#include "workloads/selection.hpp"
#include "workloads/zoo.hpp"
#include "workloads/zoo_tensors.hpp"

using namespace scnn;
using namespace scnn::workloads;

namespace {

const Tensor<float>& floats(const ValueTensor& t) { return std::get<Tensor<float>>(t); }

std::int64_t nonzeros(const Tensor<float>& t) {
  return std::ranges::count_if(t.values(), [](float v) { return v != 0; });
}

/// FNV-1a over the bit patterns, byte order of the machine left out.
std::uint64_t checksum(const Tensor<float>& t) {
  std::uint64_t h = 0xCBF29CE484222325;
  for (float v : t.values()) {
    const auto bits = std::bit_cast<std::uint32_t>(v);
    for (int shift = 0; shift < 32; shift += 8) h = (h ^ (bits >> shift & 0xFF)) * 0x100000001B3;
  }
  return h;
}

ZooOptions published_densities() {
  ZooOptions options;
  options.weight_density = [](const LayerSpec& spec) { return spec.density_published; };
  return options;
}

LayerSpec small_layer() {
  LayerSpec spec;
  spec.name = "small";
  spec.shape = {.C = 16, .H = 10, .W = 9, .K = 8, .R = 3, .S = 3};
  return spec;
}

}  // namespace

TEST_CASE("Counts round to nearest, ties to even") {
  CHECK(density_count(0.5, 5) == 2);
  CHECK(density_count(0.5, 7) == 4);
  CHECK(density_count(0.25, 7) == 2);
  CHECK(density_count(1.0, 9) == 9);
  CHECK(density_count(0.05, 9) == 0);
}

TEST_CASE("Selection takes the smallest keys and the lower index among equal ones") {
  const auto chosen = [](const std::vector<std::uint32_t>& keys, std::size_t count) {
    return choose_smallest(keys.size(), count, [&keys](std::size_t i) { return keys[i]; });
  };
  using Flags = std::vector<std::uint8_t>;
  CHECK(chosen({5, 3, 9, 3, 3}, 2) == Flags{0, 1, 0, 1, 0});
  CHECK(chosen({5, 3, 9, 3, 3}, 4) == Flags{1, 1, 0, 1, 1});
  CHECK(chosen({5, 3, 9}, 0) == Flags{0, 0, 0});
  CHECK(chosen({0xFFFFFFFF, 0, 0xFFFFFFFF}, 3) == Flags{1, 1, 1});
  CHECK(chosen({0xFFFFFFFF, 0x10000, 0xFFFFFFFF}, 2) == Flags{1, 1, 0});
  CHECK(chosen({}, 0).empty());
}

TEST_CASE("Selection agrees with sorting on random keys with many ties") {
  const CounterStream random(5, "selection", "", "");
  for (std::uint64_t round = 0; round < 200; ++round) {
    const std::size_t n = 1 + random.word(2 * round) % 300;
    const std::size_t count = random.word(2 * round + 1) % (n + 1);
    // Keys that differ above, below and not at all in their halves.
    const auto key = [&random, round](std::size_t i) {
      const std::uint32_t w = random.word(1000 * (round + 1) + i);
      return (w & 0x00030003U) + (w >> 31 ? 0xFFFC0000U : 0U);
    };
    std::vector<std::size_t> order(n);
    for (std::size_t i = 0; i < n; ++i) order[i] = i;
    std::ranges::stable_sort(order, {}, key);
    std::vector<std::uint8_t> expected(n, 0);
    for (std::size_t i = 0; i < count; ++i) expected[order[i]] = 1;
    REQUIRE(choose_smallest(n, count, key) == expected);
  }
}

TEST_CASE("A layer does not depend on the order of reading or on other layers") {
  const auto network = make_zoo("alexnet", published_densities());
  const Layer conv3 = network->read(2);
  (void)network->read(0);
  const Layer again = network->read(2);
  CHECK(floats(conv3.weights) == floats(again.weights));
  CHECK(floats(*conv3.input) == floats(*again.input));
  // In a network of other layers, and from its table entry alone.
  auto options = published_densities();
  options.with_fc = true;
  CHECK(floats(make_zoo("alexnet", options)->read(2).weights) == floats(conv3.weights));
  const auto whole = make_zoo("googlenet", {});
  ZooOptions modules;
  modules.inception_only = true;
  const auto part = make_zoo("googlenet", modules);
  REQUIRE(whole->layers()[3].name == part->layers()[0].name);
  CHECK(floats(whole->read(3).weights) == floats(part->read(0).weights));
  CHECK(floats(*whole->read(3).input) == floats(*part->read(0).input));
}

TEST_CASE("Seeds and names give different tensors") {
  const LayerSpec spec = small_layer();
  LayerSpec other = spec;
  other.name = "other";
  const auto base = synthesise_weights("net", spec, 1);
  CHECK_FALSE(base == synthesise_weights("net", spec, 2));
  CHECK_FALSE(base == synthesise_weights("net", other, 1));
  CHECK_FALSE(base == synthesise_weights("ten", spec, 1));
  CHECK_FALSE(synthesise_input(spec, 0.5, 1) == synthesise_input(spec, 0.5, 2));
  CHECK_FALSE(synthesise_input(spec, 0.5, 1) == synthesise_input(other, 0.5, 1));
}

TEST_CASE("Weights have fan-in scaling and no zeros") {
  const auto network = make_zoo("alexnet", {});
  for (std::size_t i = 0; i < network->layers().size(); ++i) {
    const Layer layer = network->read(i);
    const auto& w = floats(layer.weights);
    const LayerShape& s = layer.spec.shape;
    CHECK(w.shape() == Tensor<float>::Shape{s.K, s.group_C(), s.R, s.S});
    CHECK(nonzeros(w) == s.weight_count());
    CHECK_FALSE(layer.mask.has_value());
    CHECK_FALSE(layer.spec.granularity.has_value());
    CHECK(layer.bias.empty());
    double sum = 0, squares = 0;
    for (float v : w.values()) {
      sum += double{v};
      squares += double{v} * double{v};
    }
    const auto n = static_cast<double>(w.size());
    const double variance = 2.0 / static_cast<double>(s.group_C() * s.R * s.S);
    CHECK(std::fabs(sum / n) < 4 * std::sqrt(variance / n));
    CHECK(squares / n == Approx(variance).epsilon(4 * std::sqrt(2 / n)));
  }
}

TEST_CASE("Pruned layers keep exactly the requested number of largest weights") {
  const auto network = make_zoo("alexnet", published_densities());
  const auto dense = make_zoo("alexnet", {});
  for (std::size_t i = 0; i < network->layers().size(); ++i) {
    const Layer layer = network->read(i), unpruned = dense->read(i);
    const auto& w = floats(layer.weights);
    const auto& before = floats(unpruned.weights);
    INFO(layer.spec.name);
    REQUIRE(layer.mask.has_value());
    const double density = *layer.spec.density_published;
    const auto kept = static_cast<std::int64_t>(density_count(density, w.size()));
    CHECK(nonzeros(w) == kept);
    CHECK(layer.mask->density_requested == density);
    CHECK(layer.mask->density_achieved ==
          static_cast<double>(kept) / static_cast<double>(w.size()));
    CHECK(layer.mask->granularity == Granularity::fine);
    CHECK(layer.spec.granularity == Granularity::fine);
    float smallest_kept = 1e9F, largest_dropped = 0;
    std::int64_t changed = 0, mask_wrong = 0;
    for (std::size_t j = 0; j < w.size(); ++j) {
      const bool survives = layer.mask->kept.data()[j] == 1;
      mask_wrong += survives != (w.data()[j] != 0);
      changed += survives && w.data()[j] != before.data()[j];
      auto& bound = survives ? smallest_kept : largest_dropped;
      const float magnitude = std::fabs(before.data()[j]);
      bound = survives ? std::min(bound, magnitude) : std::max(bound, magnitude);
    }
    CHECK(mask_wrong == 0);
    CHECK(changed == 0);
    CHECK(smallest_kept >= largest_dropped);
  }
}

TEST_CASE("Equal magnitudes keep the lower index, whatever their sign") {
  Tensor<float> w({1, 1, 2, 3}, std::vector<float>{1, -2, 2, -1, 3, 1});
  const Mask mask = prune_by_magnitude(w, 4.0 / 6);
  CHECK(mask.kept.data() == std::vector<std::uint8_t>{1, 1, 1, 0, 1, 0});
  CHECK(w.data() == std::vector<float>{1, -2, 2, 0, 3, 0});
}

TEST_CASE("Inputs have exactly the requested density and are those of a ReLU") {
  const LayerSpec spec = small_layer();
  const auto n = static_cast<std::size_t>(spec.shape.input_count());
  for (double density : {0.001, 0.25, 0.33, 0.5, 0.9371, 1.0}) {
    const auto input = synthesise_input(spec, density, 3);
    CHECK(input.shape() == Tensor<float>::Shape{1, 16, 10, 9});
    CHECK(nonzeros(input) == static_cast<std::int64_t>(density_count(density, n)));
    CHECK(std::ranges::all_of(input.values(), [](float v) { return v >= 0; }));
  }
}

TEST_CASE("Every network input has its density and only images have negative values") {
  for (std::string_view name : {"alexnet", "googlenet"}) {
    const auto network = make_zoo(name, {});
    for (std::size_t i = 0; i < network->layers().size(); i += 4) {
      const Layer layer = network->read(i);
      const auto& input = floats(*layer.input);
      INFO(layer.spec.name);
      CHECK(layer.spec.has_input);
      CHECK(nonzeros(input) ==
            static_cast<std::int64_t>(density_count(*layer.spec.input_density, input.size())));
      CHECK(std::ranges::any_of(input.values(), [](float v) { return v < 0; }) == (i == 0));
    }
  }
}

TEST_CASE("An activation density of the caller replaces every layer's own") {
  ZooOptions options;
  options.activation_density = 0.3;
  const auto network = make_zoo("alexnet", options);
  for (std::size_t i : {0U, 2U}) {
    const Layer layer = network->read(i);
    const auto& input = floats(*layer.input);
    CHECK(nonzeros(input) == static_cast<std::int64_t>(density_count(0.3, input.size())));
    CHECK(layer.spec.input_density == network->layers()[i].input_density);
  }
}

TEST_CASE("Independent positions of non-zeros are spread evenly over channels and rows") {
  LayerSpec spec = small_layer();
  spec.shape.C = 64;
  spec.shape.H = spec.shape.W = 64;
  const auto input = synthesise_input(spec, 0.4, 11, ActivationModel::independent);
  const double n = 64 * 64, expected = 0.4 * n, sd = std::sqrt(n * 0.4 * 0.6);
  for (std::int64_t a = 0; a < 64; ++a) {
    double in_channel = 0, in_row = 0, in_column = 0;
    for (std::int64_t b = 0; b < 64; ++b)
      for (std::int64_t c = 0; c < 64; ++c) {
        in_channel += input.at(a, b, c) != 0;
        in_row += input.at(b, a, c) != 0;
        in_column += input.at(b, c, a) != 0;
      }
    // 192 sums: 4.5 deviations are exceeded by chance once in 700 seeds.
    CHECK(std::fabs(in_channel - expected) < 4.5 * sd);
    CHECK(std::fabs(in_row - expected) < 4.5 * sd);
    CHECK(std::fabs(in_column - expected) < 4.5 * sd);
  }
  // Neighbours meet as often as independent positions do.
  double pairs = 0;
  for (std::size_t i = 1; i < input.size(); ++i)
    pairs += input.data()[i] != 0 && input.data()[i - 1] != 0;
  const auto all = static_cast<double>(input.size());
  CHECK(std::fabs(pairs / all - 0.16) < 4.5 * std::sqrt(0.16 * 0.84 / all));
}

TEST_CASE("Quantisation to 16 bits makes no zero of a synthesised value") {
  const auto network = make_zoo("alexnet", {});
  for (std::size_t i : {1U, 4U}) {
    const Layer layer = network->read(i);
    for (const auto* t : {&floats(layer.weights), &floats(*layer.input)}) {
      const Quantised q = quantise(t->values(), 16);
      CHECK(std::ranges::count_if(q.values, [](std::int32_t v) { return v != 0; }) == nonzeros(*t));
    }
  }
}

TEST_CASE("A weight density of one, or none, leaves a layer dense") {
  ZooOptions options;
  options.weight_density = [](const LayerSpec& spec) -> std::optional<double> {
    if (spec.name == "conv3") return 1.0;
    if (spec.name == "conv4") return std::nullopt;
    return 0.5;
  };
  const auto network = make_zoo("alexnet", options);
  CHECK_FALSE(network->read(2).mask.has_value());
  CHECK_FALSE(network->read(3).mask.has_value());
  CHECK(network->read(4).mask.has_value());
  CHECK(network->layers()[4].granularity == Granularity::fine);
  CHECK_FALSE(network->layers()[2].granularity.has_value());
}

TEST_CASE("The zoo refuses densities outside (0, 1]") {
  ZooOptions options;
  options.weight_density = [](const LayerSpec&) { return 1.5; };
  CHECK_THROWS_WITH(make_zoo("alexnet", options),
                    "zoo alexnet:/layers/conv1: weight density is 1.5, expected above 0 and at "
                    "most 1");
  ZooOptions activations;
  activations.activation_density = 0.0;
  CHECK_THROWS_WITH(make_zoo("vgg16", activations),
                    "zoo vgg16: activation density is 0, expected above 0 and at most 1");
  CHECK_THROWS_AS(synthesise_input(small_layer(), -0.5, 1), InputError);
  CHECK_THROWS_AS(synthesise_input(small_layer(), std::nan(""), 1), InputError);
}

TEST_CASE("A zoo network describes itself") {
  ZooOptions options;
  options.seed = 42;
  const auto network = make_zoo("resnet50", options);
  CHECK(network->info().name == "resnet50");
  CHECK(network->info().seed == 42);
  CHECK_FALSE(network->info().source.empty());
  CHECK(network->where(1) == "zoo resnet50:/layers/res2a_branch1");
  CHECK(network->sha256().empty());
}

TEST_CASE("The bytes of the zoo's tensors stay as they are") {
  // A difference here means that every result on a zoo network changes.
  const auto alexnet = make_zoo("alexnet", published_densities());
  CHECK(checksum(floats(alexnet->read(0).weights)) == 0xb2ab7a78b4891a9f);
  CHECK(checksum(floats(*alexnet->read(0).input)) == 0x2dc17c39d27d3729);
  CHECK(checksum(floats(alexnet->read(2).weights)) == 0xcc047666f57d57b4);
  CHECK(checksum(floats(*alexnet->read(2).input)) == 0xf87caa2521cb4989);
  CHECK(checksum(floats(make_zoo("vgg16", {})->read(1).weights)) == 0x702080e716c0e173);
  ZooOptions other;
  other.seed = -7;
  const auto densenet = make_zoo("densenet121", other);
  CHECK(checksum(floats(densenet->read(119).weights)) == 0x3ae3a438c49cef6b);
  CHECK(checksum(floats(*densenet->read(119).input)) == 0x7a2443e23395af29);
  CHECK(checksum(synthesise_input(small_layer(), 0.5, 1)) == 0x66667c0d800d6fbd);
  const auto independent = ActivationModel::independent;
  CHECK(checksum(synthesise_input(small_layer(), 0.5, 1, independent)) == 0x0be096955d13efc6);
  auto options = published_densities();
  options.activation_model = independent;
  CHECK(checksum(floats(*make_zoo("alexnet", options)->read(2).input)) == 0x8e6ffcf86e989366);
}
