#include "workloads/import/keras2_weights.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "sparse_formats/error.hpp"

namespace scnn::workloads::imports {
namespace {

/// `kernel` of `kernel:0`.
std::string without_output(const std::string& name) { return name.substr(0, name.rfind(':')); }

}  // namespace

Keras2Weights::Keras2Weights(const hdf5::Group& root) {
  std::optional<hdf5::Group> inner;
  if (root.has("model_weights")) inner.emplace(root.group("model_weights"));
  const hdf5::Group& layers = inner ? *inner : root;
  where_ = layers.where();
  const auto names = layers.split_texts("layer_names");
  if (!names) throw InputError(where_, "no attribute layer_names, expected the names of layers");
  for (const std::string& name : *names) {
    Path group_path = path_of(name, where_ + ": attribute layer_names");
    hdf5::Group group = layers.group(group_path.front());
    for (std::size_t i = 1; i < group_path.size(); ++i) group = group.group(group_path[i]);
    if (inner) group_path.insert(group_path.begin(), "model_weights");
    Weights weights;
    const auto listed = group.split_texts("weight_names").value_or(std::vector<std::string>{});
    for (const std::string& listed_name : listed) {
      Path path = path_of(listed_name, group.where() + ": attribute weight_names");
      const std::size_t slash = listed_name.rfind('/');
      Weight weight{slash == std::string::npos ? "" : listed_name.substr(0, slash),
                    without_output(path.back()), group_path};
      weight.path.insert(weight.path.end(), path.begin(), path.end());
      weights.push_back(std::move(weight));
    }
    layers_.emplace(name, std::move(weights));
  }
}

Keras2Weights::Weights Keras2Weights::weights_of(const Node& node) const {
  if (node.scope.empty()) {
    const auto found = layers_.find(node.name);
    return found == layers_.end() ? Weights{} : found->second;
  }
  // The outermost model's group lists all weights inside; early files do not name the model.
  const auto found = layers_.find(node.scope.front());
  Weights mine;
  for (const auto& [layer, weights] : layers_) {
    if (found != layers_.end() && layer != found->first) continue;
    for (const Weight& weight : weights)
      if (weight.owner == node.name || weight.owner.ends_with("/" + node.name))
        mine.push_back(weight);
  }
  return mine;
}

Parameters Keras2Weights::find(const Node& node, Part part) const {
  const Weights weights = weights_of(node);
  const auto named = [&weights](std::string_view name) -> std::optional<Path> {
    const auto found = std::ranges::find(weights, name, &Weight::name);
    return found == weights.end() ? std::nullopt : std::optional(found->path);
  };
  std::optional<Path> kernel = named(part == Part::depthwise   ? "depthwise_kernel"
                                     : part == Part::pointwise ? "pointwise_kernel"
                                                               : "kernel");
  const bool separable = node.operation == Operation::separable;
  if (!kernel && !separable) kernel = named("kernel");  // as Keras 3 calls a depthwise one
  std::optional<Path> bias = named("bias");
  // Before these names, weights were only in order: `block1_conv1_W_1`, `block1_conv1_b_1`.
  const std::size_t first = part == Part::pointwise ? 1 : 0;
  if (!kernel && first < weights.size()) {
    kernel = weights[first].path;
    const std::size_t last = separable ? 2 : 1;
    if (last < weights.size()) bias = weights[last].path;
  }
  if (!kernel)
    throw InputError(where_, fmt::format("has no weights for layer {} ({})",
                                         hdf5::printable(node.name), hdf5::printable(node.kind)));
  if (separable && part == Part::depthwise) bias.reset();
  return {.kernel = *kernel, .axes = Axes::hwio, .bias = bias.value_or(Path{})};
}

}  // namespace scnn::workloads::imports
