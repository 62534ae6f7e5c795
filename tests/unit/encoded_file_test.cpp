#include <catch2/catch.hpp>
#include <memory>

#include "tests/support/sample_network.hpp"
#include "tests/support/temporary_folder.hpp"
#include "workloads/encoded_file.hpp"

using namespace scnn;
using namespace scnn::workloads;
using test::TemporaryFolder;

namespace {

void check_equal(const EncodedLayer& a, const EncodedLayer& b) {
  CHECK(a.spec.name == b.spec.name);
  CHECK(a.spec.kind == b.spec.kind);
  CHECK(a.spec.shape == b.spec.shape);
  CHECK(a.spec.relu == b.spec.relu);
  CHECK(a.spec.density_published == b.spec.density_published);
  CHECK(a.spec.input_density == b.spec.input_density);
  CHECK(a.spec.granularity == b.spec.granularity);
  CHECK(a.spec.has_input == b.spec.has_input);
  CHECK(a.weights.layout == b.weights.layout);
  CHECK(a.weights.values == b.weights.values);
  CHECK(a.weights.runs == b.weights.runs);
  CHECK(a.weights.value_offsets == b.weights.value_offsets);
  CHECK(a.weights.run_offsets == b.weights.run_offsets);
  CHECK(a.weight_scale == b.weight_scale);
  CHECK(a.bias == b.bias);
  CHECK(a.input.has_value() == b.input.has_value());
}

std::unique_ptr<NetworkSource> written(const std::filesystem::path& path,
                                       const std::vector<EncodedLayer>& layers) {
  NetworkInfo info;
  info.name = "encoded";
  info.seed = 3;
  EncodedWriter writer(path, info);
  for (const auto& layer : layers) writer.append(layer);
  writer.commit();
  return open_network(path);
}

/// A layer in which whole filters are zero, as `filter` pruning leaves it.
Layer filter_pruned() {
  Layer layer = test::sample_layers()[1];
  auto& weights = std::get<IntTensor>(layer.weights).values;
  Mask mask{.kept = Tensor<std::uint8_t>(weights.shape(), 1),
            .granularity = Granularity::filter,
            .density_requested = 0.5,
            .density_achieved = 0.5};
  for (std::int64_t k : {0, 3, 4})
    for (std::int64_t i = 0; i < 18; ++i) {
      weights.values()[static_cast<std::size_t>(k * 18 + i)] = 0;
      mask.kept.values()[static_cast<std::size_t>(k * 18 + i)] = 0;
    }
  layer.spec.name = "filters";
  layer.spec.granularity = Granularity::filter;
  layer.mask = mask;
  return layer;
}

}  // namespace

TEST_CASE("an encoded network reads back as it was written") {
  const TemporaryFolder folder;
  const auto layers = test::sample_encoded_layers();
  const auto network = written(folder / "e.h5", layers);
  CHECK(network->info().name == "encoded");
  CHECK(network->info().seed == 3);
  const auto* encoded = dynamic_cast<const EncodedNetwork*>(network.get());
  REQUIRE(encoded != nullptr);
  REQUIRE(network->layers().size() == layers.size());
  for (std::size_t i = 0; i < layers.size(); ++i) check_equal(encoded->read_encoded(i), layers[i]);
}

TEST_CASE("an encoded network runs as the network it was made from") {
  const TemporaryFolder folder;
  const auto sources = test::sample_layers();
  const auto network = written(folder / "e.h5", test::sample_encoded_layers());
  for (std::size_t i = 0; i < sources.size(); ++i) {
    if (!sources[i].input) continue;
    const auto expected = quantise_layer(sources[i], 8, 16, "here");
    const auto found = quantise_layer(network->read(i), 8, 16, "here");
    CHECK(found.weights == expected.weights);
    CHECK(found.weight_scale == expected.weight_scale);
    CHECK(found.input == expected.input);
    CHECK(found.input_scale == expected.input_scale);
    CHECK(found.bias == expected.bias);
    CHECK(found.granularity == expected.granularity);
  }
}

TEST_CASE("every granularity, stride mode and switch survives a file") {
  const TemporaryFolder folder;
  const bool shared = GENERATE(true, false);
  const bool phases = GENERATE(true, false);
  const bool skip_zeros = GENERATE(true, false);
  const int index_bits = GENERATE(1, 4, 16);
  const std::int64_t kc = GENERATE(1, 2, 3);
  Layer source = filter_pruned();
  const auto granularity =
      GENERATE(Granularity::fine, Granularity::vector, Granularity::kernel, Granularity::filter);
  source.spec.granularity = granularity;
  EncodedLayer layer = test::encode(source, 16);
  auto layout = layer.weights.layout;
  layout.granularity = shared ? granularity : Granularity::fine;
  layout.split = phases ? sparse::PhaseSplit{2, 1} : sparse::PhaseSplit{};
  layout.skip_zeros = skip_zeros;
  layout.index_bits = index_bits;
  layout.kc = kc;
  const auto& dense = std::get<IntTensor>(source.weights).values;
  layer.weights = sparse::encode_weights(layout, dense);
  const auto network = written(folder / "e.h5", {layer});
  check_equal(dynamic_cast<const EncodedNetwork&>(*network).read_encoded(0), layer);
  CHECK(std::get<IntTensor>(network->read(0).weights).values == dense);
  CHECK(network->layers()[0].granularity == granularity);
}

TEST_CASE("a layer of zeros has empty arrays") {
  const TemporaryFolder folder;
  Layer source = test::sample_layers()[2];
  auto& values = std::get<IntTensor>(source.weights).values;
  values = Tensor<std::int16_t>(values.shape());
  const EncodedLayer layer = test::encode(source, 16);
  REQUIRE(layer.weights.values.empty());
  const auto network = written(folder / "e.h5", {layer});
  CHECK(std::get<IntTensor>(network->read(0).weights).values == values);
}

TEST_CASE("writing an encoded network again gives the same bytes") {
  const TemporaryFolder folder;
  const auto network = written(folder / "a.h5", test::sample_encoded_layers());
  const auto& encoded = dynamic_cast<const EncodedNetwork&>(*network);
  EncodedWriter writer(folder / "b.h5", network->info());
  for (std::size_t i = 0; i < network->layers().size(); ++i) writer.append(encoded.read_encoded(i));
  writer.commit();
  CHECK(test::bytes_of(folder / "a.h5") == test::bytes_of(folder / "b.h5"));
}

TEST_CASE("an encoding that is not one of its layer is never written") {
  const TemporaryFolder folder;
  const auto refused = [&](auto change) {
    EncodedLayer layer = test::sample_encoded_layers()[1];
    change(layer.weights.layout);
    EncodedWriter writer(folder / "e.h5", {});
    CHECK_THROWS_WITH(writer.append(layer), "the encoding of layer conv2 is not one of its spec");
  };
  refused([](auto& layout) { layout.shape.H = 8; });
  refused([](auto& layout) { layout.split = {1, 2}; });
  refused([](auto& layout) { layout.granularity = Granularity::filter; });
}
