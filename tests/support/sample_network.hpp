/// A small network with one of everything a `scnn-network` file can hold.
#pragma once

#include <filesystem>
#include <vector>

#include "workloads/encoded_file.hpp"

namespace scnn::test {

/// `conv1`: float weights under a fine mask, bias, int16 input, both densities.
/// `conv2`: int16 weights under a kernel mask, 2 groups, stride, dilation, 4 paddings.
/// `fc`:    int8 weights, float input, no mask.
[[nodiscard]] std::vector<workloads::Layer> sample_layers();

/// Writes the sample layers as a network file.
void write_sample(const std::filesystem::path& path);

/// Writes a network of two layers, `first` and `second`, as h5py would: in the library's
/// earliest format, which has no checksums. All numbers are zero.
/// `first`: float weights 4x3x2x2 with padding 1, 2, 3, 4 (top, bottom, left, right),
/// bias, mask, int16 input 3x5x5 in compressed chunks. `second`: int8 weights 2x4x1x1.
void write_early_sample(const std::filesystem::path& path);

/// A layer as blocks of at most 2 output channels with 2-bit indices, at the
/// granularity of its mask.
[[nodiscard]] workloads::EncodedLayer encode(const workloads::Layer& layer, int weight_bits);

/// The sample layers with 8-bit weights, encoded.
[[nodiscard]] std::vector<workloads::EncodedLayer> sample_encoded_layers();

/// Writes them as an encoded file.
void write_encoded_sample(const std::filesystem::path& path);

}  // namespace scnn::test
