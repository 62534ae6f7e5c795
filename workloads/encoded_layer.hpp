/// One layer of a `scnn-encoded` file (docs/formats.md).
#pragma once

#include <memory>
#include <string>

#include "workloads/encoded_file.hpp"
#include "workloads/hdf5_output.hpp"

namespace scnn::workloads {

/// Checks everything about a layer but its numbers. \throws InputError
[[nodiscard]] LayerSpec check_encoded_layer(const hdf5::Group& layer, const std::string& name);

/// A layer as it is stored, and the weights its blocks stand for.
struct DecodedLayer {
  EncodedLayer encoded;
  Tensor<std::int16_t> weights;  ///< `[K][C/groups][R][S]`
};

/// Reads and decodes a layer that `check_encoded_layer` has passed, and checks it:
/// offsets that rise, runs and values that fit their widths, positions inside their
/// blocks, and that encoding the weights gives these very blocks.
/// \throws InputError
[[nodiscard]] DecodedLayer read_encoded_layer(const hdf5::Group& group, const LayerSpec& spec);

/// \throws OutputError; ModelError when spec and layout disagree
void write_encoded_layer(hdf5::OutputGroup& group, const EncodedLayer& layer);

/// Takes an open file whose format is `scnn-encoded`. \throws InputError
[[nodiscard]] std::unique_ptr<NetworkSource> open_encoded(hdf5::InputFile file);

}  // namespace scnn::workloads
