#include "workloads/import/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "sparse_formats/error.hpp"
#include "workloads/import/rectified.hpp"
#include "workloads/import/shapes.hpp"
#include "workloads/layer_attributes.hpp"
#include "workloads/zoo_densities.hpp"

namespace scnn::workloads::imports {
namespace {

using enum Operation;

/// The tensor a node makes.
struct Value {
  Dims dims;
  std::optional<std::size_t> lost_at;  ///< the layer behind which shapes are not known
};

std::string file_name(const std::string& name) {
  std::string result = name;
  std::ranges::replace(result, '/', '_');
  return result;
}

bool has_weights(const Node& node) {
  return node.operation == convolution || node.operation == depthwise ||
         node.operation == separable || node.operation == dense;
}

class Planner {
 public:
  Planner(const Graph& graph, const WeightStore& weights, const hdf5::Group& root)
      : graph_(graph), weights_(weights), root_(root), facts_(rectified(graph)) {
    for (const Node& node : graph.nodes)
      if (node.scope.empty() && has_weights(node)) outer_names_.insert(file_name(node.name));
  }

  Plan plan() {
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) values_.push_back(value_of(i));
    if (plan_.layers.empty())
      throw InputError(root_.where(),
                       "no convolution and no fully-connected layer was found, "
                       "expected at least one");
    return std::move(plan_);
  }

 private:
  /// A convolution's input: the map before the padding layers right in front of it.
  struct Source {
    Map map;
    Sides padding{};
  };

  Value value_of(std::size_t i) {
    const Node& node = graph_.nodes[i];
    if (node.operation == input) return {node.dims, std::nullopt};
    if (node.inputs.empty())
      throw InputError(where_of(node), "reads nothing, expected an input layer before it");
    std::vector<Dims> dims;
    std::optional<std::size_t> lost;
    for (const std::size_t in : node.inputs) {
      dims.push_back(values_[in].dims);
      if (values_[in].lost_at && !lost) lost = values_[in].lost_at;
    }
    const bool weighted = has_weights(node);
    if (lost && weighted) refuse_lost(node, graph_.nodes[*lost]);
    if (node.operation == unknown) {
      note(node, "is of a class that is not known and was left out");
      return {{}, i};
    }
    if (lost) return {{}, lost};
    if (node.operation == transposed)
      note(node, "is a transposed convolution, which the machine does not run, and was left out");
    if (!weighted) return {output_dims(node, dims), std::nullopt};
    if (node.repeated) note(node, "is used more than once and was imported as first used");
    return {node.operation == dense ? add_dense(i, dims.front()) : add_convolutions(i),
            std::nullopt};
  }

  [[noreturn]] static void refuse_lost(const Node& node, const Node& at) {
    throw InputError(where_of(node),
                     fmt::format("the shape of its input cannot be told, because it depends on "
                                 "layer {} of class {}, which is not known",
                                 hdf5::printable(at.name), hdf5::printable(at.kind)));
  }

  void note(const Node& node, const std::string& what) {
    plan_.notes.push_back(fmt::format("layer {} ({}) {}", hdf5::printable(node.name),
                                      hdf5::printable(node.kind), what));
  }

  Source source_of(std::size_t i) const {
    const Node& node = graph_.nodes[i];
    Source source;
    std::size_t at = node.inputs.front();
    while (graph_.nodes[at].operation == pad &&
           graph_.nodes[at].channels_first == node.channels_first) {
      for (std::size_t side = 0; side < 4; ++side)
        source.padding[side] += graph_.nodes[at].sides[side];
      at = graph_.nodes[at].inputs.front();
    }
    source.map = map_of(values_[at].dims, node);
    return source;
  }

  /// The kernel's shape, checked against what the description says of it.
  PlannedLayer layer_of(const Node& node, Part part) const {
    PlannedLayer layer;
    layer.parameters = weights_.find(node, part);
    const hdf5::Dataset kernel = dataset_at(root_, layer.parameters.kernel);
    kernel.check_local();
    hdf5::Dims dims = kernel.dims();
    // Caffe once stored the matrix of a fully-connected layer as [1][1][O][I].
    if (node.operation == dense && dims.size() == 4 && dims[0] == 1 && dims[1] == 1)
      dims.erase(dims.begin(), dims.begin() + 2);
    const bool multiplied = part == Part::depthwise && layer.parameters.axes == Axes::hwio;
    layer.shape = kernel_shape(dims, layer.parameters.axes, multiplied, kernel.where());
    check_stated(node, part, layer.shape, kernel);
    return layer;
  }

  static void check_stated(const Node& node, Part part, const KernelShape& found,
                           const hdf5::Dataset& kernel) {
    const Pair& size = node.window.kernel;
    const bool spatial = part != Part::pointwise && size[0] > 0;
    const bool fits = !spatial || (size[0] == found.R && size[1] == found.S);
    const bool counted = part == Part::depthwise || node.filters == 0 || node.filters == found.K;
    if (fits && counted) return;
    throw InputError(kernel.where(),
                     fmt::format("has shape {}, but layer {} has {} filters of {}x{}",
                                 hdf5::shape_text(kernel.dims()), hdf5::printable(node.name),
                                 node.filters == 0 ? found.K : node.filters, spatial ? size[0] : 1,
                                 spatial ? size[1] : 1));
  }

  Dims add_convolutions(std::size_t i) {
    const Node& node = graph_.nodes[i];
    const Source source = source_of(i);
    if (node.operation != separable) {
      const Part part = node.operation == depthwise ? Part::depthwise : Part::whole;
      return dims_of(add_convolution(i, part, node.name, source), node.channels_first);
    }
    const Map between = add_convolution(i, Part::depthwise, node.name + "_depthwise", source);
    return dims_of(add_convolution(i, Part::pointwise, node.name + "_pointwise", {between, {}}),
                   node.channels_first);
  }

  Map add_convolution(std::size_t i, Part part, const std::string& name, const Source& source) {
    const Node& node = graph_.nodes[i];
    PlannedLayer layer = layer_of(node, part);
    LayerShape& s = layer.spec.shape;
    s.C = source.map.C, s.H = source.map.H, s.W = source.map.W;
    s.K = layer.shape.K, s.R = layer.shape.R, s.S = layer.shape.S;
    if (part == Part::depthwise) s.groups = s.C;
    if (part == Part::whole) s.groups = node.groups;
    if (part != Part::pointwise) set_window(s, node.window, source.padding);
    if (part == Part::depthwise && node.depth_multiplier > 0 && s.K != s.C * node.depth_multiplier)
      throw InputError(where_of(node),
                       fmt::format("its kernel makes {} channels, expected {} times "
                                   "the {} it reads",
                                   s.K, node.depth_multiplier, s.C));
    // The pointwise part reads sums, and only it is followed by the layer's activation.
    layer.spec.relu = facts_[i].relu && !(node.operation == separable && part == Part::depthwise);
    layer.spec.input_density =
        part != Part::pointwise && facts_[i].reads_rectified ? kStatedActivationDensity : 1.0;
    return add(std::move(layer), node, name);
  }

  static void set_window(LayerShape& s, Window window, const Sides& before) {
    window.kernel = {s.R, s.S};
    const Sides own = padding_of(window, s.H + before[0] + before[1], s.W + before[2] + before[3]);
    s.pad_top = before[0] + own[0], s.pad_bottom = before[1] + own[1];
    s.pad_left = before[2] + own[2], s.pad_right = before[3] + own[3];
    s.stride_h = window.stride[0], s.stride_w = window.stride[1];
    s.dilation_h = window.dilation[0], s.dilation_w = window.dilation[1];
  }

  Dims add_dense(std::size_t i, const Dims& dims) {
    const Node& node = graph_.nodes[i];
    PlannedLayer layer = layer_of(node, Part::whole);
    if (dims.empty() || count_of(dims, node) == kOpen)
      throw InputError(where_of(node), fmt::format("takes an input of shape {}, expected known "
                                                   "extents (--input-shape states them)",
                                                   dims_text(dims)));
    LayerShape& s = layer.spec.shape;
    s.C = dims.back();
    // Every position of a map is a vector of its own.
    s.H = dims.size() > 1 ? dims[0] : 1;
    s.W = dims.size() > 1 && dims[0] > 0 ? count_of(dims, node) / dims.back() / dims[0] : 1;
    s.K = layer.shape.K, s.R = layer.shape.R, s.S = layer.shape.S;
    layer.spec.kind = s.H == 1 && s.W == 1 ? LayerKind::fc : LayerKind::conv;
    layer.spec.relu = facts_[i].relu;
    layer.spec.input_density = facts_[i].reads_rectified ? kStatedActivationDensity : 1.0;
    Dims out = dims;
    out.back() = layer.shape.K;
    add(std::move(layer), node, node.name);
    return out;
  }

  /// Checks a layer, names it, and keeps it unless its weights have one already.
  Map add(PlannedLayer layer, const Node& node, const std::string& name) {
    LayerShape& s = layer.spec.shape;
    check_layer_shape(layer.spec, where_of(node));
    if (layer.shape.group_C != s.group_C())
      throw InputError(where_of(node),
                       fmt::format("its kernel {} is for {} input channels, but it reads {}",
                                   hdf5::printable(layer.parameters.kernel.back()),
                                   layer.shape.group_C * s.groups, s.C));
    const Map out{s.K, s.Ho(), s.Wo()};
    if (node.repeated) return out;
    check_datasets(layer, node);
    layer.spec.name = unique_name(node, file_name(name));
    plan_.layers.push_back(std::move(layer));
    return out;
  }

  /// What reading the numbers later must not stumble over.
  void check_datasets(const PlannedLayer& layer, const Node& node) const {
    check_numbers(dataset_at(root_, layer.parameters.kernel), node);
    if (!layer.parameters.mask.empty()) {
      const hdf5::Dataset mask = dataset_at(root_, layer.parameters.mask);
      check_numbers(mask, node);
      if (mask.dims() != dataset_at(root_, layer.parameters.kernel).dims())
        throw InputError(mask.where(), fmt::format("has shape {}, expected that of the weights",
                                                   hdf5::shape_text(mask.dims())));
    }
    if (layer.parameters.bias.empty()) return;
    const hdf5::Dataset bias = dataset_at(root_, layer.parameters.bias);
    check_numbers(bias, node);
    // Caffe once stored it as [1][1][1][K].
    const hdf5::Dims dims = bias.dims();
    const bool leading_ones = std::all_of(dims.begin(), dims.end() - (dims.empty() ? 0 : 1),
                                          [](std::int64_t d) { return d == 1; });
    if (dims.empty() || !leading_ones || dims.back() != layer.shape.K)
      throw InputError(bias.where(), fmt::format("has shape {}, expected [K] = [{}]",
                                                 hdf5::shape_text(dims), layer.shape.K));
  }

  static void check_numbers(const hdf5::Dataset& dataset, const Node& node) {
    dataset.check_local();
    if (!dataset.is_number())
      throw InputError(dataset.where(),
                       fmt::format("is {}, expected numbers for layer {}", dataset.type_text(),
                                   hdf5::printable(node.name)));
    dataset.check_complete();
  }

  std::string unique_name(const Node& node, std::string name) {
    // Layers of the model itself keep their names, wherever they stand.
    const auto taken = [this](const std::string& n) {
      return names_.contains(n) || outer_names_.contains(n);
    };
    for (auto model = node.scope.rbegin(); model != node.scope.rend() && taken(name); ++model)
      name = fmt::format("{}_{}", file_name(*model), name);
    if (name.empty() || name == "." || !hdf5::is_clean_text(name))
      throw InputError(where_of(node),
                       "cannot have this name in a network file, expected UTF-8 "
                       "without control characters");
    if (!names_.insert(name).second)
      throw InputError(where_of(node), fmt::format("would be the second layer {} of the network",
                                                   hdf5::printable(name)));
    return name;
  }

  const Graph& graph_;
  const WeightStore& weights_;
  const hdf5::Group& root_;
  std::vector<Rectified> facts_;
  std::vector<Value> values_;
  std::set<std::string> outer_names_;
  std::set<std::string> names_;
  Plan plan_;
};

}  // namespace

Plan plan_layers(const Graph& graph, const WeightStore& weights, const hdf5::Group& root) {
  return Planner(graph, weights, root).plan();
}

}  // namespace scnn::workloads::imports
