/// The tensors a layer's group holds: weights, input and bias.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "workloads/hdf5_output.hpp"
#include "workloads/network.hpp"

namespace scnn::workloads {

/// Checks a dataset of values without reading them: type, shape, scale, storage.
/// \param types  what it may hold, of float32, int16 and int8
/// \param shape  in words, for example `[C][H][W]`
/// \throws InputError
void check_values(const hdf5::Dataset& dataset, std::span<const hdf5::Element> types,
                  const hdf5::Dims& dims, const std::string& shape);

/// Checks type, shape and storage, and that there are no attributes but `attributes`.
void check_dataset(const hdf5::Dataset& dataset, std::span<const hdf5::Element> types,
                   const hdf5::Dims& dims, const std::string& shape,
                   std::span<const std::string_view> attributes);

/// Checks `bias` and `input` where the layer has them, and sets `has_input`.
/// \pre  the shape has passed `check_layer_shape`
void check_bias_and_input(const hdf5::Group& layer, LayerSpec& spec);

/// Reads a dataset that `check_values` has passed. \throws InputError for NaN and infinity
[[nodiscard]] ValueTensor read_values(const hdf5::Dataset& dataset,
                                      const Tensor<float>::Shape& shape, std::size_t rank);

/// `bias`, empty when absent.
[[nodiscard]] std::vector<float> read_bias(const hdf5::Group& layer, const LayerSpec& spec);
[[nodiscard]] std::optional<ValueTensor> read_input(const hdf5::Group& layer,
                                                    const LayerSpec& spec);

/// Writes floats as float32, integers as int16 or int8 with their scale.
/// \param rank  dimensions of the dataset: the last of the tensor's four
void write_values(hdf5::OutputGroup& layer, const std::string& name, const ValueTensor& values,
                  std::size_t rank);
void write_bias(hdf5::OutputGroup& layer, const std::vector<float>& bias);

}  // namespace scnn::workloads
