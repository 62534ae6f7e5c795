/// The attributes a layer's group carries in both of the project's formats.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/hdf5_output.hpp"
#include "workloads/network.hpp"

namespace scnn::workloads {

/// Attributes of a layer's group (docs/formats.md): all integers, two optional densities.
inline constexpr std::array<std::string_view, 9> kLayerAttributes{
    "kind", "stride",      "padding",           "dilation",     "groups",
    "relu", "input_shape", "density_published", "input_density"};

/// Throws InputError when an object has an attribute that is not in `known`: a
/// misspelt one would be ignored silently.
void check_attributes(const hdf5::Object& object, std::span<const std::string_view> known);

/// Throws InputError when a group has a member that is not a dataset in `known`.
void check_datasets(const hdf5::Group& group, std::span<const std::string_view> known);

/// The spec without K, R and S, which are the weights' to say, checked one by one.
/// \throws InputError
[[nodiscard]] LayerSpec read_layer_attributes(const hdf5::Group& layer, const std::string& name);

/// An attribute in (0,1] when it must not be 0, else in [0,1].
[[nodiscard]] double read_density(const hdf5::Object& object, const std::string& name,
                                  bool zero_allowed = false);

/// Throws InputError at `where` unless the shape can be run: `validate_shape`, and
/// a fully-connected layer is 1x1.
void check_layer_shape(const LayerSpec& spec, const std::string& where);

/// The attribute `granularity`. \throws InputError
[[nodiscard]] Granularity read_granularity(const hdf5::Object& object);

void write_layer_attributes(hdf5::OutputGroup& layer, const LayerSpec& spec);

}  // namespace scnn::workloads
