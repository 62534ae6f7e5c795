/// Descriptions of how layers are connected, in a file beside the weights.
#pragma once

#include <filesystem>

#include "workloads/import/graph.hpp"

namespace scnn::workloads::imports {

/// A Keras model's JSON, a list of layers (docs/import.md) or a Caffe deploy prototxt,
/// whichever the file is. \throws InputError
[[nodiscard]] Graph read_topology(const std::filesystem::path& path);

/// Gives the graph's only input another shape. \throws InputError when there are several,
/// or the shape has another number of extents
void set_input_shape(Graph& graph, const Dims& dims);

}  // namespace scnn::workloads::imports
