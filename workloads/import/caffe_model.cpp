#include "workloads/import/caffe_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "sparse_formats/error.hpp"
#include "workloads/json_place.hpp"

namespace scnn::workloads::imports {
namespace {

using enum Operation;

/// Types by their names in lower case without underscores, which fits the old capitals too.
Operation operation_of(const std::string& type) {
  static const std::map<std::string_view, Operation> kOperations{
      {"input", input},
      {"convolution", convolution},
      {"convolutiondepthwise", depthwise},
      {"depthwiseconvolution", depthwise},
      {"innerproduct", dense},
      {"pooling", pool},
      {"batchnorm", normalise},
      {"scale", normalise},
      {"bias", normalise},
      {"lrn", normalise},
      {"mvn", normalise},
      {"dropout", identity},
      {"split", identity},
      {"relu", activation},
      {"prelu", activation},
      {"elu", activation},
      {"sigmoid", activation},
      {"tanh", activation},
      {"softmax", activation},
      {"power", activation},
      {"eltwise", merge},
      {"concat", concatenate},
      {"flatten", flatten},
      {"reshape", reshape},
  };
  std::string plain;
  for (const char c : type)
    if (c != '_') plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  const auto found = kOperations.find(plain);
  return found == kOperations.end() ? unknown : found->second;
}

/// `kernel_size: 3`, `kernel_size: 3 kernel_size: 5` or `kernel_h: 3 kernel_w: 5`.
Pair pair_of(const Message& m, const std::string& both, const std::string& single, Pair fallback,
             std::int64_t least) {
  const auto h = m.integers(single + "_h", least);
  const auto w = m.integers(single + "_w", least);
  if (!h.empty() && !w.empty()) return {h.front(), w.front()};
  const auto values = m.integers(both, least);
  if (values.empty()) return fallback;
  return {values.front(), values.size() > 1 ? values[1] : values.front()};
}

Window window_of(const Message& m) {
  Window w;
  w.kernel = pair_of(m, "kernel_size", "kernel", {0, 0}, 1);
  w.stride = pair_of(m, "stride", "stride", {1, 1}, 1);
  w.dilation = pair_of(m, "dilation", "dilation", {1, 1}, 1);
  const Pair padding = pair_of(m, "pad", "pad", {0, 0}, 0);
  w.padding = {padding[0], padding[0], padding[1], padding[1]};
  return w;
}

std::int64_t one_of(const Message& m, std::string_view name, std::int64_t fallback) {
  const auto values = m.integers(name, 1);
  return values.empty() ? fallback : values.front();
}

void read_pooling(const Message& m, Node& node) {
  if (m.text("global_pooling", "false") == "true") {
    node.operation = global_pool;
    node.keep_dims = true;
    return;
  }
  node.window = window_of(m);
  if (node.window.kernel[0] == 0)
    throw InputError(m.place(), "a pooling without kernel_size, expected one");
  const bool down = m.text("round_mode", "CEIL") == "FLOOR";
  node.window.rounding = down ? Rounding::down : Rounding::up_caffe;
}

/// Extents after the batch. 0 (as the input has it) is not followed.
void read_reshape(const Message& m, Node& node) {
  const Message* const shape = m.message("shape");
  if (shape != nullptr) node.dims = shape->integers("dim", kOpen);
  if (!node.dims.empty()) node.dims.erase(node.dims.begin());
  if (node.dims.empty() || std::ranges::find(node.dims, 0) != node.dims.end())
    node.operation = unknown;
}

void read_settings(const Message& layer, Node& node) {
  static const Message kNone;
  const auto settings = [&layer](std::string_view name) -> const Message& {
    const Message* const found = layer.message(name);
    return found == nullptr ? kNone : *found;
  };
  switch (node.operation) {
    case convolution:
    case depthwise: {
      const Message& m = settings("convolution_param");
      node.window = window_of(m);
      node.filters = one_of(m, "num_output", 0);
      if (node.operation == convolution) node.groups = one_of(m, "group", 1);
      return;
    }
    case dense:
      node.filters = one_of(settings("inner_product_param"), "num_output", 0);
      return;
    case pool:
      return read_pooling(settings("pooling_param"), node);
    case activation: {
      const bool plain = node.kind == "ReLU" || node.kind == "RELU";
      const std::string slope = settings("relu_param").text("negative_slope", "0");
      const bool zero = slope.find_first_not_of("0.") == std::string::npos;
      node.activation = plain && zero ? Activation::relu : Activation::other;
      return;
    }
    case concatenate: {
      const auto axis = settings("concat_param").integers("axis", 0);
      node.axis = axis.empty() || axis.front() == 0 ? 0 : axis.front() - 1;
      return;
    }
    case reshape:
      return read_reshape(settings("reshape_param"), node);
    default:
      return;
  }
}

bool in_training_only(const Message& layer) {
  return std::ranges::any_of(layer.messages("include"), [](const Message* include) {
    return include->text("phase", "TEST") == "TRAIN";
  });
}

class NetReader {
 public:
  Graph read(const Message& net) {
    graph_.name = net.text("name", "");
    read_inputs(net);
    auto layers = net.messages("layer");
    if (layers.empty()) layers = net.messages("layers");  // before 2014
    if (layers.empty())
      throw InputError(net.place(), "describes no layers, expected a deploy prototxt");
    for (const Message* layer : layers)
      if (!in_training_only(*layer)) add(*layer);
    return std::move(graph_);
  }

 private:
  /// `input: "data"` with `input_shape { dim: 1 ... }` or four `input_dim`.
  void read_inputs(const Message& net) {
    const auto names = net.texts("input");
    const auto shapes = net.messages("input_shape");
    const auto dims = net.integers("input_dim", 1);
    for (std::size_t i = 0; i < names.size(); ++i) {
      Dims extent;
      if (i < shapes.size()) extent = shapes[i]->integers("dim", 1);
      if (extent.empty() && dims.size() >= 4 * (i + 1)) {
        const auto first = dims.begin() + static_cast<std::ptrdiff_t>(4 * i);
        extent.assign(first, first + 4);
      }
      if (!extent.empty()) extent.erase(extent.begin());
      add_input(names[i], net.place(), std::move(extent));
    }
  }

  void add_input(const std::string& blob, const std::string& place, Dims dims) {
    Node node;
    node.name = blob;
    node.kind = "Input";
    node.place = place;
    node.operation = input;
    node.channels_first = true;
    node.dims = std::move(dims);
    blobs_[blob] = append(graph_, std::move(node));
  }

  void add(const Message& layer) {
    Node node;
    node.kind = layer.text("type", "");
    node.name = layer.text("name", node.kind);
    node.place = layer.place();
    node.channels_first = true;
    node.operation = operation_of(node.kind);
    const auto tops = layer.texts("top");
    if (node.operation == input) return add_input_layer(layer, tops);
    read_settings(layer, node);
    for (const std::string& bottom : layer.texts("bottom")) {
      const auto found = blobs_.find(bottom);
      if (found == blobs_.end())
        throw InputError(node.place, fmt::format("layer {} reads \"{}\", expected the top of a "
                                                 "layer before it",
                                                 shown_text(node.name), shown_text(bottom)));
      node.inputs.push_back(found->second);
    }
    if (node.inputs.empty() && node.operation == unknown) {
      node.operation = input;  // a layer of data
    } else if (node.operation == dense && !node.inputs.empty()) {
      Node flat = node;
      flat.operation = flatten;
      node.inputs = {append(graph_, std::move(flat))};
    }
    const std::size_t made = append(graph_, std::move(node));
    for (const std::string& top : tops) blobs_[top] = made;
  }

  void add_input_layer(const Message& layer, const std::vector<std::string>& tops) {
    const Message* const param = layer.message("input_param");
    const auto shapes = param == nullptr ? std::vector<const Message*>() : param->messages("shape");
    for (std::size_t i = 0; i < tops.size(); ++i) {
      Dims dims;
      if (!shapes.empty()) dims = shapes[std::min(i, shapes.size() - 1)]->integers("dim", 1);
      if (!dims.empty()) dims.erase(dims.begin());
      add_input(tops[i], layer.place(), std::move(dims));
    }
  }

  Graph graph_;
  std::map<std::string, std::size_t> blobs_;
};

}  // namespace

Graph read_caffe_model(const Message& net) { return NetReader().read(net); }

}  // namespace scnn::workloads::imports
