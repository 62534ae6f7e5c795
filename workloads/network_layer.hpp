/// One layer of a `scnn-network` file (docs/formats.md).
#pragma once

#include <string>

#include "workloads/hdf5_output.hpp"
#include "workloads/network.hpp"

namespace scnn::workloads {

/// Checks everything about a layer but its numbers. \throws InputError
[[nodiscard]] LayerSpec check_network_layer(const hdf5::Group& layer, const std::string& name);

/// Reads the tensors of a layer that `check_network_layer` has passed, and checks
/// them: finite numbers, a mask of 0 and 1 that is constant on its grains, no weight
/// under mask 0.
/// \throws InputError
[[nodiscard]] Layer read_network_layer(const hdf5::Group& group, const LayerSpec& spec);

/// \throws OutputError
void write_network_layer(hdf5::OutputGroup& group, const Layer& layer);

}  // namespace scnn::workloads
