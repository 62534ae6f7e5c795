/// What every framework's description of a network is turned into: layers that name
/// the layers they read.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace scnn::workloads::imports {

/// Extents of a tensor without the batch, in the framework's own order.
using Dims = std::vector<std::int64_t>;

/// An extent that the description leaves open (Keras: `null`).
inline constexpr std::int64_t kOpen = -1;

/// More layers than any network has; nested models could describe them in little text.
inline constexpr std::size_t kMostNodes = 20000;

/// What a layer does to shapes.
enum class Operation : std::uint8_t {
  input,
  convolution,
  depthwise,
  separable,  ///< a depthwise convolution, then a pointwise one
  dense,
  transposed,  ///< a transposed convolution, which the machine does not run: a shape only
  pool,
  global_pool,
  pad,
  crop,
  upsample,
  resize,     ///< to stated rows and columns, also by adaptive pooling
  normalise,  ///< batch norm and the like: folded away when a network is deployed
  identity,   ///< dropout and the like: nothing at inference
  activation,
  merge,  ///< add, multiply, ...: element by element, extents of 1 broadcast
  concatenate,
  flatten,
  reshape,
  permute,
  unknown,
};

enum class Activation : std::uint8_t {
  none,
  relu,   ///< also clipped ones: zero wherever the sum is negative
  other,  ///< sigmoid, leaky ReLU, softmax, ...
};

/// Rows and columns.
using Pair = std::array<std::int64_t, 2>;
/// Top, bottom, left, right.
using Sides = std::array<std::int64_t, 4>;

/// How the last, partial window of a pooling is counted.
enum class Rounding : std::uint8_t {
  down,
  up,        ///< when it begins inside the map or its padding before
  up_caffe,  ///< as `up`, but always where there is no padding
};

/// The window of a convolution or a pooling.
struct Window {
  Pair kernel{0, 0};  ///< 0: the weights say
  Pair stride{1, 1};
  Pair dilation{1, 1};
  bool same = false;  ///< as much padding as makes the output ceil(input / stride)
  Sides padding{};    ///< where `same` is false
  Rounding rounding = Rounding::down;
};

/// One use of a layer.
struct Node {
  std::string name;
  std::vector<std::string> scope = {};  ///< names of the models around it, outermost first
  /// Keras 3's names in a file: class and number, of the models around it and of itself.
  std::vector<std::string> stored = {};
  std::string kind;   ///< the framework's class, for messages
  std::string place;  ///< where it is described, for messages
  Operation operation = Operation::unknown;
  std::vector<std::size_t> inputs = {};  ///< nodes before this one
  bool repeated = false;                 ///< not the first use of the same weights
  bool channels_first = false;
  Window window = {};
  std::int64_t groups = 1;
  std::int64_t filters = 0;           ///< output channels; 0: the weights say
  std::int64_t depth_multiplier = 0;  ///< 0: the weights say
  Activation activation = Activation::none;
  Dims dims = {};    ///< input, reshape: extents; permute: axes, from 0; upsample: factors; resize:
                     ///< rows, columns
  Sides sides = {};  ///< pad, crop
  std::int64_t axis = -1;  ///< concatenate: without the batch, negative from the end
  bool keep_dims = false;  ///< global_pool leaves extents of 1
};

/// Layers in an order in which every layer follows those it reads.
struct Graph {
  std::string name;
  std::vector<Node> nodes = {};
};

/// `[?][?][3]`; `a scalar` without extents.
[[nodiscard]] std::string dims_text(const Dims& dims);

/// `place: layer NAME (KIND)`, the start of messages about a layer.
[[nodiscard]] std::string where_of(const Node& node);

/// Appends a node. \throws InputError when there are too many
std::size_t append(Graph& graph, Node node);

}  // namespace scnn::workloads::imports
