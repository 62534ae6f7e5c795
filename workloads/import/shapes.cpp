#include "workloads/import/shapes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "sparse_formats/error.hpp"
#include "sparse_formats/layer_shape.hpp"

namespace scnn::workloads::imports {
namespace {

using enum Operation;

[[noreturn]] void refuse(const Node& node, const Dims& dims, const std::string& expected) {
  throw InputError(where_of(node), fmt::format("takes an input of shape {}, expected {}",
                                               dims_text(dims), expected));
}

Pair same_padding(std::int64_t n, std::int64_t kernel, std::int64_t stride, std::int64_t dilation) {
  const std::int64_t out = ceil_div(n, stride);
  const std::int64_t total =
      std::max<std::int64_t>(0, (out - 1) * stride + (kernel - 1) * dilation + 1 - n);
  return {total / 2, total - total / 2};
}

std::int64_t pooled(std::int64_t n, const Window& w, std::size_t axis, const Sides& sides) {
  const std::int64_t before = sides[2 * axis];
  const std::int64_t after = sides[2 * axis + 1];
  const std::int64_t travel = n + before + after - w.dilation[axis] * (w.kernel[axis] - 1) - 1;
  if (w.rounding == Rounding::down) return floor_div(travel, w.stride[axis]) + 1;
  const std::int64_t out = ceil_div(travel, w.stride[axis]) + 1;
  const bool may_be_outside = w.rounding == Rounding::up_caffe && before == 0 && after == 0;
  const bool outside = (out - 1) * w.stride[axis] >= n + before;
  return outside && !may_be_outside ? out - 1 : out;
}

Map pool_map(const Node& node, const Map& in) {
  const Sides sides = padding_of(node.window, in.H, in.W);
  return {in.C, pooled(in.H, node.window, 0, sides), pooled(in.W, node.window, 1, sides)};
}

/// Each input element makes a window of outputs, a stride apart.
Map transposed_map(const Node& node, const Map& in) {
  const Window& w = node.window;
  const auto extent = [&w](std::int64_t n, std::size_t axis) {
    if (w.same) return n * w.stride[axis];
    const std::int64_t window = w.dilation[axis] * (w.kernel[axis] - 1) + 1;
    return (n - 1) * w.stride[axis] + std::max(window, w.stride[axis]);
  };
  return {node.filters, extent(in.H, 0), extent(in.W, 1)};
}

/// Layers that change the rows and columns of a map.
Map changed_map(const Node& node, const Map& in) {
  const Sides& s = node.sides;
  switch (node.operation) {
    case transposed:
      return transposed_map(node, in);
    case pool:
      return pool_map(node, in);
    case pad:
      return {in.C, in.H + s[0] + s[1], in.W + s[2] + s[3]};
    case crop:
      return {in.C, in.H - s[0] - s[1], in.W - s[2] - s[3]};
    case resize:
      return {in.C, node.dims.at(0), node.dims.at(1)};
    default:
      return {in.C, in.H * node.dims.at(0), in.W * node.dims.at(1)};
  }
}

Dims global_dims(const Node& node, const Dims& in) {
  if (in.size() != 3) refuse(node, in, "rows, columns and channels");
  const std::int64_t C = in[node.channels_first ? 0 : 2];
  if (!node.keep_dims) return {C};
  return node.channels_first ? Dims{C, 1, 1} : Dims{1, 1, C};
}

Dims reshaped(const Node& node, const Dims& in) {
  const std::int64_t elements = count_of(in, node);
  Dims out = node.dims;
  const auto open = std::ranges::find(out, kOpen);
  if (open != out.end()) {
    *open = 1;
    const std::int64_t rest = count_of(out, node);
    *open = elements != kOpen && rest > 0 ? elements / rest : kOpen;
  }
  if (elements != kOpen && count_of(out, node) != elements)
    refuse(node, in, fmt::format("as many elements as {} has", dims_text(node.dims)));
  return out;
}

Dims permuted(const Node& node, const Dims& in) {
  Dims axes = node.dims;
  std::ranges::sort(axes);
  Dims every(in.size());
  std::iota(every.begin(), every.end(), 0);
  if (axes != every) refuse(node, in, fmt::format("{} dimensions", node.dims.size()));
  Dims out;
  for (const auto axis : node.dims) out.push_back(in[static_cast<std::size_t>(axis)]);
  return out;
}

Dims merged(const Node& node, const std::vector<Dims>& inputs) {
  Dims out = inputs.front();
  for (const Dims& in : inputs) {
    if (in.size() > out.size()) out.insert(out.begin(), in.size() - out.size(), 1);
    const std::size_t offset = out.size() - in.size();
    for (std::size_t i = 0; i < in.size(); ++i) {
      std::int64_t& d = out[offset + i];
      if (d == 1 || d == kOpen) d = in[i];
      if (in[i] != d && in[i] != 1 && in[i] != kOpen) refuse(node, in, dims_text(inputs.front()));
    }
  }
  return out;
}

Dims concatenated(const Node& node, const std::vector<Dims>& inputs) {
  Dims out = inputs.front();
  const auto rank = static_cast<std::int64_t>(out.size());
  const std::int64_t axis = node.axis < 0 ? node.axis + rank : node.axis;
  if (axis < 0 || axis >= rank) refuse(node, out, fmt::format("an axis {}", node.axis));
  for (std::size_t n = 1; n < inputs.size(); ++n) {
    const Dims& in = inputs[n];
    if (in.size() != out.size()) refuse(node, in, dims_text(out) + " but for the joined axis");
    for (std::int64_t i = 0; i < rank; ++i) {
      const auto d = static_cast<std::size_t>(i);
      if (i == axis)
        out[d] = out[d] == kOpen || in[d] == kOpen ? kOpen : out[d] + in[d];
      else if (out[d] == kOpen)
        out[d] = in[d];
      else if (in[d] != out[d] && in[d] != kOpen)
        refuse(node, in, dims_text(out) + " but for the joined axis");
    }
  }
  return out;
}

}  // namespace

Map map_of(const Dims& dims, const Node& reader) {
  if (dims.size() != 3) refuse(reader, dims, "three dimensions: rows, columns and channels");
  for (const auto d : dims)
    if (d == kOpen) refuse(reader, dims, "known extents (--input-shape states them)");
  for (const auto d : dims)
    if (d < 1 || d > std::int64_t{1} << 24) refuse(reader, dims, "extents from 1 to 16777216");
  return reader.channels_first ? Map{dims[0], dims[1], dims[2]} : Map{dims[2], dims[0], dims[1]};
}

Dims dims_of(const Map& map, bool channels_first) {
  return channels_first ? Dims{map.C, map.H, map.W} : Dims{map.H, map.W, map.C};
}

Sides padding_of(const Window& window, std::int64_t H, std::int64_t W) {
  if (!window.same) return window.padding;
  const Pair rows = same_padding(H, window.kernel[0], window.stride[0], window.dilation[0]);
  const Pair columns = same_padding(W, window.kernel[1], window.stride[1], window.dilation[1]);
  return {rows[0], rows[1], columns[0], columns[1]};
}

std::int64_t count_of(const Dims& dims, const Node& reader) {
  constexpr std::int64_t kMost = std::int64_t{1} << 40;
  std::int64_t n = 1;
  for (const auto d : dims) {
    if (d == kOpen) return kOpen;
    if (d < 0 || (d > 0 && n > kMost / d)) refuse(reader, dims, "fewer elements");
    n *= d;
  }
  return n;
}

Dims output_dims(const Node& node, const std::vector<Dims>& inputs) {
  const Dims& in = inputs.front();
  switch (node.operation) {
    case transposed:
    case pool:
    case pad:
    case crop:
    case upsample:
    case resize: {
      const Map out = changed_map(node, map_of(in, node));
      if (out.H < 1 || out.W < 1) refuse(node, in, "a map that is large enough");
      return dims_of(out, node.channels_first);
    }
    case global_pool:
      return global_dims(node, in);
    case merge:
      return merged(node, inputs);
    case concatenate:
      return concatenated(node, inputs);
    case flatten:
      return {count_of(in, node)};
    case reshape:
      return reshaped(node, in);
    case permute:
      return permuted(node, in);
    default:
      return in;
  }
}

}  // namespace scnn::workloads::imports
