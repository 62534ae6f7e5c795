#include "workloads/network_layer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "sparse_formats/error.hpp"
#include "workloads/index_text.hpp"
#include "workloads/layer_attributes.hpp"
#include "workloads/layer_tensors.hpp"

namespace scnn::workloads {
namespace {

using hdf5::Element;

constexpr std::array<std::string_view, 4> kDatasets{"weights", "bias", "input", "mask"};
constexpr std::array<std::string_view, 3> kMaskAttributes{"granularity", "density_requested",
                                                          "density_achieved"};
constexpr std::string_view kWeightShape = "[K][C/groups][R][S]";
// A share of at most 2^31 weights is exact to far better than this.
constexpr double kDensityTolerance = 1e-6;

Tensor<float>::Shape weight_shape(const LayerShape& s) { return {s.K, s.group_C(), s.R, s.S}; }

hdf5::Dims weight_dims(const LayerShape& s) { return {s.K, s.group_C(), s.R, s.S}; }

/// Takes K, R and S from the weights' extent and checks the whole shape.
void complete_shape(const hdf5::Group& layer, LayerSpec& spec) {
  const hdf5::Dataset weights = layer.dataset("weights");
  weights.check_local();
  const hdf5::Dims dims = weights.dims();
  if (dims.size() != 4)
    throw InputError(weights.where(), fmt::format("has shape {}, expected {}",
                                                  hdf5::shape_text(dims), kWeightShape));
  spec.shape.K = dims[0], spec.shape.R = dims[2], spec.shape.S = dims[3];
  check_layer_shape(spec, layer.where());
  check_values(weights, std::array{Element::float32, Element::int16, Element::int8},
               weight_dims(spec.shape), std::string(kWeightShape));
}

void check_mask(const hdf5::Group& layer, LayerSpec& spec) {
  if (!layer.has("mask")) return;
  const hdf5::Dataset mask = layer.dataset("mask");
  check_dataset(mask, std::array{Element::uint8, Element::boolean}, weight_dims(spec.shape),
                std::string(kWeightShape), kMaskAttributes);
  spec.granularity = read_granularity(mask);
  (void)read_density(mask, "density_requested");
  (void)read_density(mask, "density_achieved", true);
}

void check_mask_values(const Tensor<std::uint8_t>& kept, Granularity granularity,
                       const std::string& where) {
  const auto values = kept.values();
  const auto grain = static_cast<std::size_t>(grain_size(granularity, kept.shape()));
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] > 1)
      throw InputError(where, fmt::format("{} at {}, expected 0 or 1", values[i],
                                          index_text(kept.shape(), i, 4)));
    if (values[i] != values[i - i % grain])
      throw InputError(where,
                       fmt::format("{} at {} in a {} grain that starts with {}, expected one "
                                   "value per grain",
                                   values[i], index_text(kept.shape(), i, 4), name_of(granularity),
                                   values[i - i % grain]));
  }
}

Mask read_mask(const hdf5::Group& layer, const LayerSpec& spec) {
  const hdf5::Dataset dataset = layer.dataset("mask");
  Mask mask;
  mask.kept = Tensor<std::uint8_t>(weight_shape(spec.shape));
  dataset.read(mask.kept.values());
  mask.granularity = *spec.granularity;
  mask.density_requested = dataset.number("density_requested");
  mask.density_achieved = dataset.number("density_achieved");
  check_mask_values(mask.kept, mask.granularity, dataset.where());
  const auto values = mask.kept.values();
  const auto kept = static_cast<double>(std::count(values.begin(), values.end(), 1));
  const double share = kept / static_cast<double>(values.size());
  if (std::fabs(share - mask.density_achieved) > kDensityTolerance)
    throw InputError(dataset.where(), fmt::format("attribute density_achieved is {}, but {} of the "
                                                  "mask is 1, expected the two to agree",
                                                  mask.density_achieved, share));
  return mask;
}

template <class T>
void check_under_mask(const Tensor<T>& weights, const Mask& mask, const std::string& where) {
  const auto w = weights.values();
  const auto kept = mask.kept.values();
  for (std::size_t i = 0; i < w.size(); ++i)
    if (kept[i] == 0 && w[i] != T{})
      throw InputError(where, fmt::format("{} at {}, where the mask is 0, expected 0", w[i],
                                          index_text(weights.shape(), i, 4)));
}

void check_under_mask(const ValueTensor& weights, const Mask& mask, const std::string& where) {
  if (const auto* floats = std::get_if<Tensor<float>>(&weights))
    check_under_mask(*floats, mask, where);
  else
    check_under_mask(std::get<IntTensor>(weights).values, mask, where);
}

}  // namespace

LayerSpec check_network_layer(const hdf5::Group& layer, const std::string& name) {
  check_datasets(layer, kDatasets);
  check_attributes(layer, kLayerAttributes);
  LayerSpec spec = read_layer_attributes(layer, name);
  complete_shape(layer, spec);
  check_bias_and_input(layer, spec);
  check_mask(layer, spec);
  return spec;
}

Layer read_network_layer(const hdf5::Group& group, const LayerSpec& spec) {
  Layer layer;
  layer.spec = spec;
  const hdf5::Dataset weights = group.dataset("weights");
  layer.weights = read_values(weights, weight_shape(spec.shape), 4);
  layer.bias = read_bias(group, spec);
  layer.input = read_input(group, spec);
  if (spec.granularity) {
    layer.mask = read_mask(group, spec);
    check_under_mask(layer.weights, *layer.mask, weights.where());
  }
  return layer;
}

void write_network_layer(hdf5::OutputGroup& group, const Layer& layer) {
  write_layer_attributes(group, layer.spec);
  write_values(group, "weights", layer.weights, 4);
  write_bias(group, layer.bias);
  if (layer.input) write_values(group, "input", *layer.input, 3);
  if (!layer.mask) return;
  auto mask = group.write_dataset("mask", weight_dims(layer.spec.shape), layer.mask->kept.values());
  mask.write_text("granularity", std::string(name_of(layer.mask->granularity)));
  mask.write_number("density_requested", layer.mask->density_requested);
  mask.write_number("density_achieved", layer.mask->density_achieved);
}

}  // namespace scnn::workloads
