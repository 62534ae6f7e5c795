#include "workloads/import/topology.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sparse_formats/error.hpp"
#include "workloads/import/keras_model.hpp"
#include "workloads/json_input.hpp"

namespace scnn::workloads::imports {

Graph read_topology(const std::filesystem::path& path) {
  return read_keras_model(read_json_file(path), {.file = path.string(), .pointer = {}});
}

void set_input_shape(Graph& graph, const Dims& dims) {
  Node* input = nullptr;
  for (Node& node : graph.nodes) {
    if (node.operation != Operation::input) continue;
    if (input != nullptr)
      throw InputError("--input-shape", "is given, but the network has several inputs");
    input = &node;
  }
  if (input == nullptr) throw InputError("--input-shape", "is given, but the network has no input");
  if (!input->dims.empty() && input->dims.size() != dims.size())
    throw InputError("--input-shape",
                     fmt::format("has {} extents, expected {} as in {} of layer {}", dims.size(),
                                 input->dims.size(), dims_text(input->dims), input->name));
  input->dims = dims;
}

}  // namespace scnn::workloads::imports
