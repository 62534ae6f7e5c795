#include "workloads/layer_tensors.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "sparse_formats/error.hpp"
#include "sparse_formats/quantise.hpp"
#include "workloads/index_text.hpp"
#include "workloads/layer_attributes.hpp"

namespace scnn::workloads {
namespace {

using hdf5::Element;

constexpr std::array<std::string_view, 1> kScale{"scale"};

std::string_view name_of_element(Element e) {
  switch (e) {
    case Element::int8:
      return "int8";
    case Element::uint8:
      return "uint8";
    case Element::int16:
      return "int16";
    case Element::uint16:
      return "uint16";
    case Element::uint64:
      return "uint64";
    case Element::float32:
      return "float32";
    case Element::boolean:
      return "bool";
    default:
      return "another type";
  }
}

std::string list_of(std::span<const Element> types) {
  std::vector<std::string_view> names(types.size());
  std::transform(types.begin(), types.end(), names.begin(), name_of_element);
  return fmt::format("{}", fmt::join(names, " or "));
}

void check_finite(std::span<const float> values, const Tensor<float>::Shape& shape,
                  std::size_t rank, const std::string& where) {
  const auto bad =
      std::find_if(values.begin(), values.end(), [](float v) { return !std::isfinite(v); });
  if (bad == values.end()) return;
  const auto i = static_cast<std::size_t>(bad - values.begin());
  throw InputError(where, fmt::format("{} at {}, expected finite numbers",
                                      std::isnan(*bad) ? "nan" : fmt::format("{}", *bad),
                                      index_text(shape, i, rank)));
}

hdf5::Dims dims_of(const std::array<std::int64_t, 4>& shape, std::size_t rank) {
  return {shape.end() - static_cast<std::ptrdiff_t>(rank), shape.end()};
}

}  // namespace

void check_dataset(const hdf5::Dataset& dataset, std::span<const Element> types,
                   const hdf5::Dims& dims, const std::string& shape,
                   std::span<const std::string_view> attributes) {
  if (std::find(types.begin(), types.end(), dataset.element()) == types.end())
    throw InputError(dataset.where(),
                     fmt::format("is {}, expected {}", dataset.type_text(), list_of(types)));
  dataset.check_local();
  if (const hdf5::Dims found = dataset.dims(); found != dims)
    throw InputError(dataset.where(),
                     fmt::format("has shape {}, expected {} = {}", hdf5::shape_text(found), shape,
                                 hdf5::shape_text(dims)));
  check_attributes(dataset, attributes);
  dataset.check_complete();
}

void check_values(const hdf5::Dataset& dataset, std::span<const Element> types,
                  const hdf5::Dims& dims, const std::string& shape) {
  check_dataset(dataset, types, dims, shape, kScale);
  if (!dataset.has_attribute("scale")) return;
  if (dataset.element() == Element::float32)
    throw InputError(dataset.where(), "has an attribute scale, expected it on integers only");
  if (const double scale = dataset.number("scale"); scale <= 0)
    throw InputError(dataset.where(),
                     fmt::format("attribute scale is {}, expected more than 0", scale));
}

void check_bias_and_input(const hdf5::Group& layer, LayerSpec& spec) {
  const LayerShape& s = spec.shape;
  if (layer.has("bias"))
    check_dataset(layer.dataset("bias"), std::array{Element::float32}, {s.K}, "[K]", {});
  spec.has_input = layer.has("input");
  if (spec.has_input)
    check_values(layer.dataset("input"), std::array{Element::float32, Element::int16},
                 {s.C, s.H, s.W}, "[C][H][W]");
}

ValueTensor read_values(const hdf5::Dataset& dataset, const Tensor<float>::Shape& shape,
                        std::size_t rank) {
  const Element element = dataset.element();
  if (element == Element::float32) {
    Tensor<float> t(shape);
    dataset.read(t.values());
    check_finite(t.values(), shape, rank, dataset.where());
    return t;
  }
  IntTensor t{.values = Tensor<std::int16_t>(shape), .stored_as_int8 = element == Element::int8};
  dataset.read(t.values.values());
  if (dataset.has_attribute("scale")) t.scale = dataset.number("scale");
  return t;
}

std::vector<float> read_bias(const hdf5::Group& layer, const LayerSpec& spec) {
  if (!layer.has("bias")) return {};
  const hdf5::Dataset dataset = layer.dataset("bias");
  std::vector<float> bias(static_cast<std::size_t>(spec.shape.K));
  dataset.read(std::span<float>(bias));
  check_finite(bias, {1, 1, 1, spec.shape.K}, 1, dataset.where());
  return bias;
}

std::optional<ValueTensor> read_input(const hdf5::Group& layer, const LayerSpec& spec) {
  if (!spec.has_input) return std::nullopt;
  const LayerShape& s = spec.shape;
  return read_values(layer.dataset("input"), {1, s.C, s.H, s.W}, 3);
}

void write_values(hdf5::OutputGroup& layer, const std::string& name, const ValueTensor& values,
                  std::size_t rank) {
  if (const auto* floats = std::get_if<Tensor<float>>(&values)) {
    layer.write_dataset(name, dims_of(floats->shape(), rank), floats->values());
    return;
  }
  const auto& integers = std::get<IntTensor>(values);
  const auto fits = [](std::int16_t v) { return fits_signed(v, 8); };
  if (integers.stored_as_int8 &&
      !std::all_of(integers.values.data().begin(), integers.values.data().end(), fits))
    throw ModelError(fmt::format("{}/{} holds values that int8 cannot", layer.where(), name));
  auto dataset =
      layer.write_dataset(name, dims_of(integers.values.shape(), rank), integers.values.values(),
                          integers.stored_as_int8 ? Element::int8 : Element::int16);
  dataset.write_number("scale", integers.scale);
}

void write_bias(hdf5::OutputGroup& layer, const std::vector<float>& bias) {
  if (bias.empty()) return;
  layer.write_dataset("bias", {static_cast<std::int64_t>(bias.size())},
                      std::span<const float>(bias));
}

}  // namespace scnn::workloads
