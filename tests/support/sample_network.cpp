#include "tests/support/sample_network.hpp"

#include "tests/support/hdf5_editor.hpp"

namespace scnn::test {
namespace {

using workloads::IntTensor;
using workloads::Layer;
using workloads::LayerKind;
using workloads::Mask;

/// Small whole numbers that differ from neighbour to neighbour, zeros among them.
template <class T>
Tensor<T> pattern(typename Tensor<T>::Shape shape, int seed) {
  Tensor<T> t(shape);
  int x = seed;
  for (auto& v : t.values()) {
    x = (x * 37 + 11) % 101;
    v = static_cast<T>(x % 3 == 0 ? 0 : x - 50);
  }
  return t;
}

template <class T>
Mask mask_of(Tensor<T>& weights, Granularity granularity, std::size_t every) {
  Mask mask{.kept = Tensor<std::uint8_t>(weights.shape(), 1), .granularity = granularity};
  const auto grain = static_cast<std::size_t>(grain_size(granularity, weights.shape()));
  std::size_t dropped = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (i / grain % every != 0) continue;
    mask.kept.values()[i] = 0;
    weights.values()[i] = 0;
    ++dropped;
  }
  mask.density_requested = 0.75;
  mask.density_achieved =
      static_cast<double>(weights.size() - dropped) / static_cast<double>(weights.size());
  return mask;
}

Layer conv1() {
  Layer layer;
  layer.spec.name = "conv1";
  layer.spec.shape = {.C = 3, .H = 6, .W = 5, .K = 4, .R = 3, .S = 2};
  layer.spec.density_published = 0.84;
  layer.spec.input_density = 1.0;
  auto weights = pattern<float>({4, 3, 3, 2}, 5);
  layer.mask = mask_of(weights, Granularity::fine, 4);
  layer.spec.granularity = Granularity::fine;
  layer.weights = std::move(weights);
  layer.bias = {0.5F, -1.25F, 0.0F, 3.0F};
  layer.input = IntTensor{.values = pattern<std::int16_t>({1, 3, 6, 5}, 9), .scale = 0.125};
  layer.spec.has_input = true;
  return layer;
}

Layer conv2() {
  Layer layer;
  layer.spec.name = "conv2";
  layer.spec.relu = false;
  layer.spec.shape = {.C = 4, .H = 7, .W = 7, .K = 6, .R = 3, .S = 3};
  auto& s = layer.spec.shape;
  s.stride_h = 2, s.stride_w = 1, s.dilation_h = 1, s.dilation_w = 2, s.groups = 2;
  s.pad_top = 1, s.pad_left = 2, s.pad_bottom = 0, s.pad_right = 3;
  auto weights = pattern<std::int16_t>({6, 2, 3, 3}, 17);
  layer.mask = mask_of(weights, Granularity::kernel, 5);
  layer.spec.granularity = Granularity::kernel;
  layer.weights = IntTensor{.values = std::move(weights), .scale = 0.0078125};
  return layer;
}

Layer fc() {
  Layer layer;
  layer.spec.name = "fc";
  layer.spec.kind = LayerKind::fc;
  layer.spec.shape = {.C = 12, .K = 7};
  layer.weights = IntTensor{
      .values = pattern<std::int16_t>({7, 12, 1, 1}, 31), .scale = 0.5, .stored_as_int8 = true};
  layer.input = pattern<float>({1, 12, 1, 1}, 40);
  layer.spec.has_input = true;
  return layer;
}

void write_early_layer(Hdf5Editor& file, const std::string& layer,
                       const std::vector<std::int64_t>& input,
                       const std::vector<std::int64_t>& padding) {
  file.create_group(layer);
  file.set_text(layer, "kind", "conv");
  file.set_integers(layer, "stride", {1, 1});
  file.set_integers(layer, "padding", padding);
  file.set_integers(layer, "dilation", {1, 1});
  file.set_integer(layer, "groups", 1);
  file.set_integer(layer, "relu", 1);
  file.set_integers(layer, "input_shape", input);
}

}  // namespace

std::vector<Layer> sample_layers() {
  std::vector<Layer> layers;
  layers.push_back(conv1());
  layers.push_back(conv2());
  layers.push_back(fc());
  return layers;
}

void write_sample(const std::filesystem::path& path) {
  workloads::NetworkWriter writer(
      path, {.name = "sample", .source = "made for tests", .license = "CC0", .seed = 7});
  for (const auto& layer : sample_layers()) writer.append(layer);
  writer.commit();
}

void write_early_sample(const std::filesystem::path& path) {
  Hdf5Editor file(path, true);
  file.set_text("/", "format", "scnn-network");
  file.set_text("/", "name", "early");
  file.set_integer("/", "version", 1);
  file.create_group("/layers");
  file.set_texts("/layers", "order", {"first", "second"});
  write_early_layer(file, "/layers/first", {3, 5, 5}, {1, 2, 3, 4});
  file.set_dataset("/layers/first/weights", {4, 3, 2, 2}, {.type = H5T_IEEE_F32LE});
  file.set_dataset("/layers/first/bias", {4}, {.type = H5T_IEEE_F32LE});
  file.set_dataset("/layers/first/mask", {4, 3, 2, 2}, {.type = H5T_STD_U8LE});
  file.set_text("/layers/first/mask", "granularity", "vector");
  file.set_number("/layers/first/mask", "density_requested", 0.1);
  file.set_number("/layers/first/mask", "density_achieved", 0.0);
  file.set_dataset("/layers/first/input", {3, 5, 5},
                   {.chunk = {1, 3, 5}, .filter = H5Z_FILTER_DEFLATE});
  file.set_number("/layers/first/input", "scale", 0.5);
  write_early_layer(file, "/layers/second", {4, 2, 2}, {0, 0, 0, 0});
  file.set_dataset("/layers/second/weights", {2, 4, 1, 1}, {.type = H5T_STD_I8LE});
}

workloads::EncodedLayer encode(const Layer& layer, int weight_bits) {
  const IntTensor weights = workloads::quantise_weights(layer.weights, weight_bits, "sample");
  sparse::WeightLayout layout;
  layout.shape = layer.spec.shape;
  layout.kc = 2;
  layout.split = {layer.spec.shape.stride_h, layer.spec.shape.stride_w};
  layout.granularity = layer.spec.granularity.value_or(Granularity::fine);
  layout.index_bits = 2;
  layout.weight_bits = weight_bits;
  return {.spec = layer.spec,
          .weights = sparse::encode_weights(layout, weights.values),
          .weight_scale = weights.scale,
          .bias = layer.bias,
          .input = layer.input};
}

std::vector<workloads::EncodedLayer> sample_encoded_layers() {
  std::vector<workloads::EncodedLayer> encoded;
  for (const Layer& layer : sample_layers()) encoded.push_back(encode(layer, 8));
  return encoded;
}

void write_encoded_sample(const std::filesystem::path& path) {
  workloads::NetworkInfo info;
  info.name = "encoded";
  workloads::EncodedWriter writer(path, info);
  for (const auto& layer : sample_encoded_layers()) writer.append(layer);
  writer.commit();
}

}  // namespace scnn::test
