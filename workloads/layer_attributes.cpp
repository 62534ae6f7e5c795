#include "workloads/layer_attributes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "sparse_formats/error.hpp"

namespace scnn::workloads {
namespace {

// The widest range validate_shape may let through; it has the last word.
constexpr hdf5::IntegerRange kPositive{.low = 1, .high = std::int64_t{1} << 24};
constexpr hdf5::IntegerRange kNotNegative{.low = 0, .high = std::int64_t{1} << 24};

bool contains(std::span<const std::string_view> known, std::string_view name) {
  return std::find(known.begin(), known.end(), name) != known.end();
}

LayerKind read_kind(const hdf5::Group& layer) {
  const std::string kind = layer.text("kind");
  for (auto k : {LayerKind::conv, LayerKind::fc})
    if (name_of(k) == kind) return k;
  throw InputError(
      layer.where(),
      fmt::format("attribute kind is \"{}\", expected \"conv\" or \"fc\"", hdf5::printable(kind)));
}

}  // namespace

void check_attributes(const hdf5::Object& object, std::span<const std::string_view> known) {
  for (const auto& name : object.attribute_names())
    if (!contains(known, name))
      throw InputError(
          object.where(),
          fmt::format("unknown attribute \"{}\", expected {}", hdf5::printable(name),
                      known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", "))));
}

void check_datasets(const hdf5::Group& group, std::span<const std::string_view> known) {
  for (const auto& member : group.members()) {
    if (!contains(known, member.name))
      throw InputError(group.where_of(member.name),
                       fmt::format("unknown name, expected {}", fmt::join(known, ", ")));
    if (member.kind != hdf5::MemberKind::dataset)
      throw InputError(group.where_of(member.name),
                       fmt::format("is {}, expected a dataset", name_of(member.kind)));
  }
}

double read_density(const hdf5::Object& object, const std::string& name, bool zero_allowed) {
  const double d = object.number(name);
  if (d > 1.0 || d < 0.0 || (d == 0.0 && !zero_allowed))
    throw InputError(object.where(),
                     fmt::format("attribute {} is {}, expected a density {}", name, d,
                                 zero_allowed ? "from 0 to 1" : "above 0, at most 1"));
  return d;
}

LayerSpec read_layer_attributes(const hdf5::Group& layer, const std::string& name) {
  LayerSpec spec;
  spec.name = name;
  spec.kind = read_kind(layer);
  const auto stride = layer.integers("stride", 2, kPositive);
  const auto padding = layer.integers("padding", 4, kNotNegative);
  const auto dilation = layer.integers("dilation", 2, kPositive);
  const auto input = layer.integers("input_shape", 3, kPositive);
  LayerShape& s = spec.shape;
  s.stride_h = stride[0], s.stride_w = stride[1];
  s.pad_top = padding[0], s.pad_bottom = padding[1];
  s.pad_left = padding[2], s.pad_right = padding[3];
  s.dilation_h = dilation[0], s.dilation_w = dilation[1];
  s.C = input[0], s.H = input[1], s.W = input[2];
  s.groups = layer.integer("groups", kPositive);
  spec.relu = layer.integer("relu", {.low = 0, .high = 1}) != 0;
  if (layer.has_attribute("density_published"))
    spec.density_published = read_density(layer, "density_published");
  if (layer.has_attribute("input_density"))
    spec.input_density = read_density(layer, "input_density");
  return spec;
}

Granularity read_granularity(const hdf5::Object& object) {
  const std::string name = object.text("granularity");
  if (const auto g = granularity_from(name)) return *g;
  throw InputError(object.where(),
                   fmt::format("attribute granularity is \"{}\", expected \"fine\", "
                               "\"vector\", \"kernel\" or \"filter\"",
                               hdf5::printable(name)));
}

void check_layer_shape(const LayerSpec& spec, const std::string& where) {
  const LayerShape& s = spec.shape;
  validate_shape(s, where);
  if (spec.kind == LayerKind::fc && (s.H != 1 || s.W != 1 || s.R != 1 || s.S != 1))
    throw InputError(where, fmt::format("a layer of kind fc has a {}x{} input and a {}x{} kernel, "
                                        "expected both 1x1",
                                        s.H, s.W, s.R, s.S));
}

void write_layer_attributes(hdf5::OutputGroup& layer, const LayerSpec& spec) {
  const LayerShape& s = spec.shape;
  layer.write_text("kind", std::string(name_of(spec.kind)));
  layer.write_integers("stride", std::array{s.stride_h, s.stride_w});
  layer.write_integers("padding", std::array{s.pad_top, s.pad_bottom, s.pad_left, s.pad_right});
  layer.write_integers("dilation", std::array{s.dilation_h, s.dilation_w});
  layer.write_integer("groups", s.groups);
  layer.write_integer("relu", spec.relu ? 1 : 0);
  layer.write_integers("input_shape", std::array{s.C, s.H, s.W});
  if (spec.density_published) layer.write_number("density_published", *spec.density_published);
  if (spec.input_density) layer.write_number("input_density", *spec.input_density);
}

}  // namespace scnn::workloads
