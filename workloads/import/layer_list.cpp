#include "workloads/import/layer_list.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "sparse_formats/error.hpp"
#include "workloads/import/json_fields.hpp"

namespace scnn::workloads::imports {
namespace {

using nlohmann::ordered_json;
using enum Operation;

struct Type {
  std::string_view name;
  Operation operation;
};

constexpr std::array kTypes{
    Type{"conv", convolution},
    Type{"depthwise", depthwise},
    Type{"separable", separable},
    Type{"fc", dense},
    Type{"max_pool", pool},
    Type{"avg_pool", pool},
    Type{"global_pool", global_pool},
    Type{"resize", resize},
    Type{"pad", pad},
    Type{"upsample", upsample},
    Type{"batch_norm", normalise},
    Type{"dropout", identity},
    Type{"relu", activation},
    Type{"activation", activation},
    Type{"add", merge},
    Type{"multiply", merge},
    Type{"concat", concatenate},
    Type{"flatten", flatten},
    Type{"reshape", reshape},
};

/// One amount, rows and columns, or top, bottom, left, right.
Sides sides_of(JsonObjectReader& fields, std::string_view key) {
  const ordered_json* const v = fields.any(key);
  if (v != nullptr && v->is_array() && v->size() == 4) {
    const Dims d = integers_of(fields, key, kAmount);
    return {d[0], d[1], d[2], d[3]};
  }
  const Pair p = pair_of(fields, key, {0, 0}, kAmount);
  return {p[0], p[0], p[1], p[1]};
}

void read_padding(JsonObjectReader& fields, Window& window) {
  const ordered_json* const v = fields.any("padding");
  window.same = v != nullptr && *v == "same";
  if (!window.same) window.padding = sides_of(fields, "padding");
}

void read_own_relu(JsonObjectReader& fields, Node& node) {
  if (fields.flag("relu").value_or(false)) node.activation = Activation::relu;
}

void read_pool(JsonObjectReader& fields, Node& node) {
  Window& w = node.window;
  w.kernel = pair_of(fields, "kernel", {0, 0}, kExtent);
  if (w.kernel[0] == 0) fields.refuse("kernel", nullptr, kExtent.text() + ", or a list of two");
  w.stride = pair_of(fields, "stride", w.kernel, kExtent);
  w.dilation = pair_of(fields, "dilation", {1, 1}, kExtent);
  read_padding(fields, w);
  if (fields.flag("ceil").value_or(false)) w.rounding = Rounding::up;
}

void read_convolution(JsonObjectReader& fields, Node& node) {
  node.window.stride = pair_of(fields, "stride", {1, 1}, kExtent);
  node.window.dilation = pair_of(fields, "dilation", {1, 1}, kExtent);
  read_padding(fields, node.window);
  if (node.operation == convolution) node.groups = integer_of(fields, "groups", 1, kExtent);
  read_own_relu(fields, node);
}

void read_settings(JsonObjectReader& fields, Node& node) {
  switch (node.operation) {
    case convolution:
    case depthwise:
    case separable:
      return read_convolution(fields, node);
    case dense:
      return read_own_relu(fields, node);
    case pool:
      return read_pool(fields, node);
    case pad:
      node.sides = sides_of(fields, "padding");
      return;
    case upsample:
    case resize: {
      const Pair size = pair_of(fields, "size", {1, 1}, kExtent);
      node.dims = {size[0], size[1]};
      return;
    }
    case concatenate:
      node.axis = 0;
      return;
    case reshape:
      node.dims = integers_of(fields, "shape", {kOpen, kExtent.most});
      return;
    default:
      return;
  }
}

class ListReader {
 public:
  Graph read(const ordered_json& list, const JsonPlace& place) {
    JsonObjectReader fields(list, place);
    graph_.name = fields.text("name").value_or("");
    Node in;
    in.name = "input";
    in.kind = "input";
    in.place = (place / "input").text();
    in.operation = input;
    in.channels_first = true;
    in.dims = integers_of(fields, "input", kExtent);
    last_ = append(graph_, std::move(in));
    by_name_["input"] = last_;
    const ordered_json* const layers = fields.any("layers");
    if (layers == nullptr || !layers->is_array())
      fields.refuse("layers", layers == nullptr ? ordered_json() : *layers, "a list of layers");
    fields.refuse_unknown_keys();
    for (std::size_t i = 0; i < layers->size(); ++i)
      add((*layers)[i], place / "layers" / std::to_string(i));
    return std::move(graph_);
  }

 private:
  void add(const ordered_json& value, const JsonPlace& place) {
    JsonObjectReader fields(value, place);
    std::array<std::string_view, kTypes.size()> names{};
    std::ranges::transform(kTypes, names.begin(), &Type::name);
    const auto type = fields.choice("type", names);
    if (!type) fields.refuse("type", nullptr, choices_text(names));
    Node node;
    node.kind = kTypes.at(*type).name;
    node.place = place.text();
    node.operation = kTypes.at(*type).operation;
    node.channels_first = true;
    node.name = fields.text("name").value_or(fmt::format("{}{}", node.kind, graph_.nodes.size()));
    if (node.operation == global_pool) node.keep_dims = true;
    if (node.operation == activation)
      node.activation = node.kind == "relu" ? Activation::relu : Activation::other;
    read_settings(fields, node);
    node.inputs = inputs_of(fields);
    fields.refuse_unknown_keys();
    const std::string name = node.name;
    if (node.operation == dense) flatten_before(node);
    last_ = append(graph_, std::move(node));
    if (!by_name_.emplace(name, last_).second)
      throw InputError((place / "name").text(),
                       fmt::format("is the second layer \"{}\"", shown_text(name)));
  }

  /// What `inputs` names, else the layer before.
  std::vector<std::size_t> inputs_of(JsonObjectReader& fields) {
    if (!given(fields, "inputs")) return {last_};
    const ordered_json& names = *fields.any("inputs");
    if (!names.is_array() || names.empty())
      fields.refuse("inputs", names, "a list of layers before this one");
    std::vector<std::size_t> inputs;
    for (const auto& name : names) {
      const auto found =
          name.is_string() ? by_name_.find(name.get_ref<const std::string&>()) : by_name_.end();
      if (found == by_name_.end())
        fields.refuse("inputs", name, "the name of a layer before this one, or \"input\"");
      inputs.push_back(found->second);
    }
    return inputs;
  }

  void flatten_before(Node& node) {
    Node flat;
    flat.name = node.name;
    flat.kind = node.kind;
    flat.place = node.place;
    flat.operation = flatten;
    flat.inputs = node.inputs;
    node.inputs = {append(graph_, std::move(flat))};
  }

  Graph graph_;
  std::map<std::string, std::size_t> by_name_;
  std::size_t last_ = 0;
};

}  // namespace

Graph read_layer_list(const ordered_json& list, const JsonPlace& place) {
  return ListReader().read(list, place);
}

}  // namespace scnn::workloads::imports
