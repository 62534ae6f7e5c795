/// A Caffe deploy prototxt as a graph.
#pragma once

#include "workloads/import/graph.hpp"
#include "workloads/import/prototxt.hpp"

namespace scnn::workloads::imports {

/// Layers of training alone (`include { phase: TRAIN }`) are left out. Pooling rounds up, as
/// Caffe does. \throws InputError naming the line
[[nodiscard]] Graph read_caffe_model(const Message& net);

}  // namespace scnn::workloads::imports
