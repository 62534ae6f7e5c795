/// A small network with one of everything a `scnn-network` file can hold.
#pragma once

#include <filesystem>
#include <vector>

#include "workloads/network_file.hpp"

namespace scnn::test {

/// `conv1`: float weights under a fine mask, bias, int16 input, both densities.
/// `conv2`: int16 weights under a kernel mask, 2 groups, stride, dilation, 4 paddings.
/// `fc`:    int8 weights, float input, no mask.
[[nodiscard]] std::vector<workloads::Layer> sample_layers();

/// Writes the sample layers as a network file.
void write_sample(const std::filesystem::path& path);

}  // namespace scnn::test
