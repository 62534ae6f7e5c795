#include "workloads/import/topology.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sparse_formats/error.hpp"
#include "workloads/import/caffe_model.hpp"
#include "workloads/import/keras_model.hpp"
#include "workloads/import/layer_list.hpp"
#include "workloads/json_input.hpp"
#include "workloads/text_file.hpp"

namespace scnn::workloads::imports {

Graph read_topology(const std::filesystem::path& path) {
  const std::string where = path.string();
  const std::string text = read_text_file(path, "a topology", kMaxJsonBytes);
  // JSON starts with an object, or with comments above it.
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const bool looks_like_prototxt =
      first != std::string::npos && text.size() <= kMaxJsonBytes &&
      (text[first] == '#' || text[first] == '_' || (text[first] >= 'a' && text[first] <= 'z'));
  if (looks_like_prototxt) return read_caffe_model(parse_prototxt(text, where));
  const auto json = parse_json(text, where);
  const JsonPlace place{.file = where, .pointer = {}};
  if (json.is_object() && json.contains("class_name")) return read_keras_model(json, place);
  return read_layer_list(json, place);
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
