#include "workloads/import/keras_layer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "workloads/import/json_fields.hpp"

namespace scnn::workloads::imports {
namespace {

using nlohmann::ordered_json;
using enum Operation;

constexpr IntegerRange kDim{kOpen, std::int64_t{1} << 31};
constexpr IntegerRange kAxis{-32, 32};

struct Class {
  std::string_view name;
  Operation operation;
};

constexpr std::array kClasses{
    Class{"InputLayer", input},
    Class{"Conv2D", convolution},
    Class{"Convolution2D", convolution},
    Class{"AtrousConvolution2D", convolution},
    Class{"DepthwiseConv2D", depthwise},
    Class{"SeparableConv2D", separable},
    Class{"SeparableConvolution2D", separable},
    Class{"Conv2DTranspose", transposed},
    Class{"Deconvolution2D", transposed},
    Class{"Dense", dense},
    Class{"MaxPooling2D", pool},
    Class{"MaxPool2D", pool},
    Class{"AveragePooling2D", pool},
    Class{"AvgPool2D", pool},
    Class{"GlobalAveragePooling2D", global_pool},
    Class{"GlobalAvgPool2D", global_pool},
    Class{"GlobalMaxPooling2D", global_pool},
    Class{"GlobalMaxPool2D", global_pool},
    Class{"ZeroPadding2D", pad},
    Class{"Cropping2D", crop},
    Class{"UpSampling2D", upsample},
    Class{"Resizing", resize},
    Class{"BatchNormalization", normalise},
    Class{"BatchNormalizationV1", normalise},
    Class{"BatchNormalizationV2", normalise},
    Class{"SyncBatchNormalization", normalise},
    Class{"LayerNormalization", normalise},
    Class{"GroupNormalization", normalise},
    Class{"Normalization", normalise},
    Class{"Rescaling", normalise},
    Class{"Dropout", identity},
    Class{"SpatialDropout2D", identity},
    Class{"GaussianNoise", identity},
    Class{"GaussianDropout", identity},
    Class{"AlphaDropout", identity},
    Class{"ActivityRegularization", identity},
    Class{"RandomFlip", identity},
    Class{"RandomRotation", identity},
    Class{"RandomTranslation", identity},
    Class{"RandomZoom", identity},
    Class{"RandomContrast", identity},
    Class{"RandomBrightness", identity},
    Class{"Activation", activation},
    Class{"ReLU", activation},
    Class{"LeakyReLU", activation},
    Class{"PReLU", activation},
    Class{"ELU", activation},
    Class{"ThresholdedReLU", activation},
    Class{"Softmax", activation},
    Class{"Relu", activation},
    Class{"Relu6", activation},
    Class{"Sigmoid", activation},
    Class{"HardSigmoid", activation},
    Class{"Silu", activation},
    Class{"HardSilu", activation},
    Class{"Gelu", activation},
    Class{"Tanh", activation},
    Class{"Add", merge},
    Class{"Subtract", merge},
    Class{"Multiply", merge},
    Class{"Average", merge},
    Class{"Maximum", merge},
    Class{"Minimum", merge},
    Class{"Divide", merge},
    Class{"TrueDivide", merge},
    Class{"Concatenate", concatenate},
    Class{"Flatten", flatten},
    Class{"Reshape", reshape},
    Class{"Permute", permute},
};

Activation activation_named(std::string_view name) {
  if (name == "linear") return Activation::none;
  return name == "relu" || name == "relu6" ? Activation::relu : Activation::other;
}

/// `"relu"`, or an object that describes a function or an activation layer.
Activation own_activation(JsonObjectReader& config) {
  if (!given(config, "activation")) return Activation::none;
  const ordered_json& value = *config.any("activation");
  if (value.is_string()) return activation_named(value.get_ref<const std::string&>());
  if (!value.is_object()) config.refuse("activation", value, "a string or an object");
  JsonObjectReader object = config.object("activation").value();
  const bool is_relu = object.any("class_name") != nullptr && *object.any("class_name") == "ReLU";
  return is_relu ? Activation::relu : Activation::other;
}

bool is_zero_or_absent(JsonObjectReader& config, std::string_view key) {
  const ordered_json* const v = config.any(key);
  return v == nullptr || v->is_null() || (v->is_number() && v->get<double>() == 0.0);
}

Activation activation_of(const std::string& class_name, JsonObjectReader& config) {
  if (class_name == "Activation") return own_activation(config);
  if (class_name == "Relu" || class_name == "Relu6") return Activation::relu;
  const bool plain = class_name == "ReLU" && is_zero_or_absent(config, "negative_slope") &&
                     is_zero_or_absent(config, "threshold");
  return plain ? Activation::relu : Activation::other;
}

Window window_of(JsonObjectReader& config, std::string_view kernel, Pair default_stride) {
  Window w;
  w.kernel = pair_of(config, kernel, {0, 0}, kExtent);
  w.stride = pair_of(config, "strides", default_stride, kExtent);
  w.dilation = pair_of(config, "dilation_rate", {1, 1}, kExtent);
  if (!given(config, "padding")) return w;
  const ordered_json& padding = *config.any("padding");
  w.same = padding == "same";
  if (!w.same && padding != "valid") config.refuse("padding", padding, R"("valid" or "same")");
  return w;
}

/// `1`, `[1, 2]` or `[[top, bottom], [left, right]]`.
Sides sides_of(JsonObjectReader& config, std::string_view key) {
  if (!given(config, key)) return {1, 1, 1, 1};
  const ordered_json& value = *config.any(key);
  const bool nested = value.is_array() && value.size() == 2 && value[0].is_array();
  if (!nested) {
    const Pair p = pair_of(config, key, {1, 1}, kAmount);
    return {p[0], p[0], p[1], p[1]};
  }
  Sides sides{};
  for (std::size_t i = 0; i < 4; ++i) {
    const ordered_json& pair = value[i / 2];
    if (!pair.is_array() || pair.size() != 2 || !pair[i % 2].is_number_unsigned() ||
        pair[i % 2].get<std::uint64_t>() > static_cast<std::uint64_t>(kAmount.most))
      config.refuse(key, value, "[[top, bottom], [left, right]]");
    sides[i] = pair[i % 2].get<std::int64_t>();
  }
  return sides;
}

/// A function of TensorFlow as a layer: what it does is told by the end of its name.
void read_function(Node& node, JsonObjectReader& config) {
  static constexpr std::array<std::string_view, 8> kArithmetic{
      "add", "subtract", "sub", "multiply", "mul", "divide", "truediv", "maximum"};
  static constexpr std::array<std::string_view, 6> kPointwise{
      "sigmoid", "hard_sigmoid", "tanh", "swish", "silu", "leaky_relu"};
  const std::string name = config.text("function").value_or("");
  const std::string_view last = std::string_view(name).substr(name.rfind('.') + 1);
  if (last == "relu" || last == "relu6") {
    node.operation = activation;
    node.activation = Activation::relu;
  } else if (std::ranges::find(kPointwise, last) != kPointwise.end()) {
    node.operation = activation;
    node.activation = Activation::other;
  } else if (std::ranges::find(kArithmetic, last) != kArithmetic.end()) {
    node.operation = merge;
    node.activation = Activation::other;  // of a number that is no tensor, too
  }
}

/// The axis without the batch; Keras counts the batch as axis 0.
std::int64_t axis_of(JsonObjectReader& config) {
  const std::int64_t axis = integer_of(config, "axis", -1, kAxis);
  if (axis == 0) config.refuse("axis", 0, "an axis other than the batch");
  return axis > 0 ? axis - 1 : axis;
}

void read_convolution(Node& node, JsonObjectReader& config) {
  node.window = window_of(config, "kernel_size", {1, 1});
  node.groups = node.operation == convolution ? integer_of(config, "groups", 1, kExtent) : 1;
  node.filters = node.operation == depthwise ? 0 : integer_of(config, "filters", 0, kExtent);
  if (node.operation == depthwise || node.operation == separable)
    node.depth_multiplier = integer_of(config, "depth_multiplier", 1, kExtent);
  node.activation = own_activation(config);
}

void read_shape_change(Node& node, JsonObjectReader& config) {
  if (node.operation == pad) node.sides = sides_of(config, "padding");
  if (node.operation == crop) node.sides = sides_of(config, "cropping");
  if (node.operation == concatenate) node.axis = axis_of(config);
  if (node.operation == reshape) node.dims = integers_of(config, "target_shape", kDim);
  if (node.operation == upsample) {
    const Pair size = pair_of(config, "size", {2, 2}, kExtent);
    node.dims = {size[0], size[1]};
  }
  if (node.operation == resize)
    node.dims = {integer_of(config, "height", 1, kExtent), integer_of(config, "width", 1, kExtent)};
  if (node.operation == permute) {
    node.dims = integers_of(config, "dims", kExtent);
    for (auto& axis : node.dims) --axis;
  }
}

}  // namespace

bool keras_input_shape(JsonObjectReader& config, Dims& dims) {
  for (const std::string_view key : {"batch_input_shape", "batch_shape"}) {
    if (!given(config, key)) continue;
    dims = integers_of(config, key, kDim);
    if (dims.empty()) config.refuse(key, *config.any(key), "the batch and at least one extent");
    dims.erase(dims.begin());
    return true;
  }
  return false;
}

Node keras_layer(const std::string& class_name, JsonObjectReader& config) {
  Node node;
  node.kind = class_name;
  node.place = config.place().text();
  if (class_name == "TFOpLambda") read_function(node, config);
  const auto* const found = std::ranges::find(kClasses, class_name, &Class::name);
  if (found == kClasses.end()) return node;
  node.operation = found->operation;
  if (given(config, "data_format"))
    node.channels_first = *config.any("data_format") == "channels_first";
  switch (node.operation) {
    case convolution:
    case depthwise:
    case separable:
    case transposed:
      read_convolution(node, config);
      break;
    case dense:
      node.filters = integer_of(config, "units", 0, kExtent);
      node.activation = own_activation(config);
      break;
    case pool: {
      const Pair size = pair_of(config, "pool_size", {2, 2}, kExtent);
      node.window = window_of(config, "pool_size", size);
      node.window.kernel = size;
      break;
    }
    case global_pool:
      node.keep_dims = given(config, "keepdims") && config.flag("keepdims").value();
      break;
    case Operation::activation:
      node.activation = activation_of(class_name, config);
      break;
    default:
      read_shape_change(node, config);
  }
  return node;
}

}  // namespace scnn::workloads::imports
