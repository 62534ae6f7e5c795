#include "workloads/encoded_layer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sparse_formats/error.hpp"
#include "sparse_formats/quantise.hpp"
#include "sparse_formats/run_length.hpp"
#include "workloads/layer_attributes.hpp"
#include "workloads/layer_tensors.hpp"

namespace scnn::workloads {
namespace {

using hdf5::Element;
using sparse::EncodedWeights;
using sparse::WeightLayout;

constexpr std::array<std::string_view, 6> kDatasets{"values",      "runs", "value_offsets",
                                                    "run_offsets", "bias", "input"};
constexpr std::array<std::string_view, 9> kEncodingAttributes{
    "weight_shape", "kc",          "index_bits",     "weight_bits",      "weight_scale",
    "stride_mode",  "granularity", "shared_indices", "skip_zero_weights"};
constexpr hdf5::IntegerRange kPositive{.low = 1, .high = std::int64_t{1} << 24};
constexpr hdf5::IntegerRange kFlag{.low = 0, .high = 1};
constexpr std::int64_t kMostBlocks = std::int64_t{1} << 31;

void check_all_attributes(const hdf5::Group& layer) {
  std::vector<std::string_view> known(kLayerAttributes.begin(), kLayerAttributes.end());
  known.insert(known.end(), kEncodingAttributes.begin(), kEncodingAttributes.end());
  check_attributes(layer, known);
}

/// Takes K, R and S from `weight_shape` and checks the whole shape.
void complete_shape(const hdf5::Group& layer, LayerSpec& spec) {
  const auto dims = layer.integers("weight_shape", 4, kPositive);
  LayerShape& s = spec.shape;
  s.K = dims[0], s.R = dims[2], s.S = dims[3];
  check_layer_shape(spec, layer.where());
  if (dims[1] != s.group_C())
    throw InputError(layer.where(),
                     fmt::format("attribute weight_shape holds {}, expected "
                                 "[K][C/groups][R][S] = {}",
                                 hdf5::shape_text(dims),
                                 hdf5::shape_text(std::array{s.K, s.group_C(), s.R, s.S})));
}

sparse::PhaseSplit read_split(const hdf5::Group& layer, const LayerShape& shape) {
  const std::string mode = layer.text("stride_mode");
  if (mode == "phases") return {shape.stride_h, shape.stride_w};
  if (mode == "discard") return {};
  throw InputError(layer.where(), fmt::format("attribute stride_mode is \"{}\", expected "
                                              "\"phases\" or \"discard\"",
                                              hdf5::printable(mode)));
}

WeightLayout read_layout(const hdf5::Group& layer, const LayerSpec& spec) {
  WeightLayout layout;
  layout.shape = spec.shape;
  layout.kc = layer.integer("kc", {.low = 1, .high = spec.shape.group_K()});
  layout.split = read_split(layer, spec.shape);
  const bool shared = layer.integer("shared_indices", kFlag) != 0;
  layout.granularity = shared ? spec.granularity.value_or(Granularity::fine) : Granularity::fine;
  layout.index_bits = static_cast<int>(layer.integer("index_bits", {.low = 1, .high = 16}));
  layout.weight_bits = static_cast<int>(layer.integer("weight_bits", {.low = 2, .high = 16}));
  layout.skip_zeros = layer.integer("skip_zero_weights", kFlag) != 0;
  return layout;
}

/// The number of blocks, refused before it can overflow or be allocated for.
std::int64_t count_blocks(const WeightLayout& layout, const std::string& where) {
  std::int64_t blocks = layout.shape.groups * layout.shape.group_C();
  for (std::int64_t factor : {layout.kgroups(), layout.split.h, layout.split.w}) {
    if (blocks > kMostBlocks / factor)
      throw InputError(where, "the layer has more than 2^31 blocks, which is too many");
    blocks *= factor;
  }
  return blocks;
}

/// A one-dimensional array of at most `most` stored elements. \return its length
std::int64_t check_array(const hdf5::Dataset& dataset, Element element, std::int64_t most) {
  dataset.check_local();
  const hdf5::Dims dims = dataset.dims();
  if (dims.size() != 1 || dims[0] > most)
    throw InputError(dataset.where(), fmt::format("has shape {}, expected one dimension of at "
                                                  "most {}",
                                                  hdf5::shape_text(dims), most));
  check_dataset(dataset, std::array{element}, dims, "", {});
  return dims[0];
}

template <class T>
std::vector<T> read_array(const hdf5::Group& layer, const std::string& name) {
  const hdf5::Dataset dataset = layer.dataset(name);
  std::vector<T> values(static_cast<std::size_t>(dataset.dims().at(0)));
  dataset.read(std::span<T>(values));
  return values;
}

void check_offsets(const std::vector<std::uint64_t>& offsets, std::size_t end,
                   const std::string& where) {
  const auto refuse = [&](std::size_t i, const std::string& expected) {
    throw InputError(where, fmt::format("{} at [{}], expected {}", offsets[i], i, expected));
  };
  if (offsets.front() != 0) refuse(0, "0");
  for (std::size_t i = 1; i < offsets.size(); ++i)
    if (offsets[i] < offsets[i - 1])
      refuse(i, fmt::format("at least the {} before it", offsets[i - 1]));
  if (offsets.back() != end) refuse(offsets.size() - 1, fmt::format("{}, the number stored", end));
}

void check_widths(const EncodedWeights& e, const hdf5::Group& layer) {
  const auto& layout = e.layout;
  const auto wide = std::find_if(e.values.begin(), e.values.end(),
                                 [&](auto v) { return !fits_signed(v, layout.weight_bits); });
  if (wide != e.values.end())
    throw InputError(layer.where_of("values"),
                     fmt::format("{} at [{}] does not fit the layer's weight_bits {}", *wide,
                                 wide - e.values.begin(), layout.weight_bits));
  const auto limit = sparse::max_run(layout.index_bits);
  const auto far =
      std::find_if(e.runs.begin(), e.runs.end(), [&](auto run) { return run > limit; });
  if (far != e.runs.end())
    throw InputError(layer.where_of("runs"),
                     fmt::format("{} at [{}] does not fit the layer's index_bits {}", *far,
                                 far - e.runs.begin(), layout.index_bits));
}

/// Blocks that decode may still hold what encoding never gives: indices where a filter
/// encoding shares them, zeros stored for themselves, gaps bridged too early.
void check_canonical(const EncodedWeights& e, const Tensor<std::int16_t>& weights,
                     const std::string& where) {
  const EncodedWeights expected = sparse::encode_weights(e.layout, weights);
  for (std::size_t b = 0; b < e.layout.block_count(); ++b) {
    const auto differs = [b](const auto& values, const auto& offsets, const auto& others,
                             const auto& other_offsets) {
      return !std::equal(values.begin() + static_cast<std::ptrdiff_t>(offsets[b]),
                         values.begin() + static_cast<std::ptrdiff_t>(offsets[b + 1]),
                         others.begin() + static_cast<std::ptrdiff_t>(other_offsets[b]),
                         others.begin() + static_cast<std::ptrdiff_t>(other_offsets[b + 1]));
    };
    if (differs(e.values, e.value_offsets, expected.values, expected.value_offsets) ||
        differs(e.runs, e.run_offsets, expected.runs, expected.run_offsets))
      throw InputError(where, fmt::format("block {} is not what encoding its weights gives", b));
  }
}

Tensor<std::int16_t> decode(const EncodedWeights& encoded, const std::string& where) {
  try {
    return sparse::decode_weights(encoded);
  } catch (const InputError& error) {
    throw InputError(where, error.detail());
  }
}

void check_writable(const EncodedLayer& layer) {
  const WeightLayout& layout = layer.weights.layout;
  const LayerShape& s = layer.spec.shape;
  const bool split_is_known = layout.split == sparse::PhaseSplit{} ||
                              layout.split == sparse::PhaseSplit{s.stride_h, s.stride_w};
  const bool granularity_is_known =
      layout.granularity == Granularity::fine || layout.granularity == layer.spec.granularity;
  if (layout.shape != s || !split_is_known || !granularity_is_known)
    throw ModelError(
        fmt::format("the encoding of layer {} is not one of its spec", layer.spec.name));
}

void write_layout(hdf5::OutputGroup& group, const EncodedLayer& layer) {
  const WeightLayout& layout = layer.weights.layout;
  const LayerShape& s = layout.shape;
  const bool phases = layout.split == sparse::PhaseSplit{s.stride_h, s.stride_w};
  const bool shared = layout.granularity == layer.spec.granularity.value_or(Granularity::fine);
  group.write_integers("weight_shape", std::array{s.K, s.group_C(), s.R, s.S});
  group.write_integer("kc", layout.kc);
  group.write_integer("index_bits", layout.index_bits);
  group.write_integer("weight_bits", layout.weight_bits);
  group.write_number("weight_scale", layer.weight_scale);
  group.write_text("stride_mode", phases ? "phases" : "discard");
  if (layer.spec.granularity)
    group.write_text("granularity", std::string(name_of(*layer.spec.granularity)));
  group.write_integer("shared_indices", shared ? 1 : 0);
  group.write_integer("skip_zero_weights", layout.skip_zeros ? 1 : 0);
}

template <class T>
void write_array(hdf5::OutputGroup& group, const std::string& name, const std::vector<T>& values) {
  group.write_dataset(name, {static_cast<std::int64_t>(values.size())}, std::span<const T>(values));
}

}  // namespace

LayerSpec check_encoded_layer(const hdf5::Group& layer, const std::string& name) {
  check_datasets(layer, kDatasets);
  check_all_attributes(layer);
  LayerSpec spec = read_layer_attributes(layer, name);
  complete_shape(layer, spec);
  if (layer.has_attribute("granularity")) spec.granularity = read_granularity(layer);
  if (const double scale = layer.number("weight_scale"); scale <= 0)
    throw InputError(layer.where(),
                     fmt::format("attribute weight_scale is {}, expected more than 0", scale));
  const WeightLayout layout = read_layout(layer, spec);
  const std::int64_t blocks = count_blocks(layout, layer.where());
  for (const char* offsets : {"value_offsets", "run_offsets"})
    check_dataset(layer.dataset(offsets), std::array{Element::uint64}, {blocks + 1}, "[blocks + 1]",
                  {});
  const std::int64_t values =
      check_array(layer.dataset("values"), Element::int16, spec.shape.weight_count());
  check_array(layer.dataset("runs"), Element::uint16, values);
  check_bias_and_input(layer, spec);
  return spec;
}

DecodedLayer read_encoded_layer(const hdf5::Group& group, const LayerSpec& spec) {
  DecodedLayer layer;
  layer.encoded.spec = spec;
  EncodedWeights& weights = layer.encoded.weights;
  weights.layout = read_layout(group, spec);
  weights.values = read_array<std::int16_t>(group, "values");
  weights.runs = read_array<std::uint16_t>(group, "runs");
  weights.value_offsets = read_array<std::uint64_t>(group, "value_offsets");
  weights.run_offsets = read_array<std::uint64_t>(group, "run_offsets");
  check_offsets(weights.value_offsets, weights.values.size(), group.where_of("value_offsets"));
  check_offsets(weights.run_offsets, weights.runs.size(), group.where_of("run_offsets"));
  check_widths(weights, group);
  layer.weights = decode(weights, group.where());
  check_canonical(weights, layer.weights, group.where());
  layer.encoded.weight_scale = group.number("weight_scale");
  layer.encoded.bias = read_bias(group, spec);
  layer.encoded.input = read_input(group, spec);
  return layer;
}

void write_encoded_layer(hdf5::OutputGroup& group, const EncodedLayer& layer) {
  check_writable(layer);
  write_layer_attributes(group, layer.spec);
  write_layout(group, layer);
  write_array(group, "values", layer.weights.values);
  write_array(group, "runs", layer.weights.runs);
  write_array(group, "value_offsets", layer.weights.value_offsets);
  write_array(group, "run_offsets", layer.weights.run_offsets);
  write_bias(group, layer.bias);
  if (layer.input) write_values(group, "input", *layer.input, 3);
}

}  // namespace scnn::workloads
