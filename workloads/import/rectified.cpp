#include "workloads/import/rectified.hpp"

#include <algorithm>
#include <cstddef>

namespace scnn::workloads::imports {
namespace {

using enum Operation;

/// Lets a ReLU behind it count as right behind the layer before it.
bool is_transparent(const Node& node) {
  return node.operation == normalise || node.operation == identity ||
         (node.operation == activation && node.activation == Activation::none);
}

/// Zeros in the input stay zeros in the output, or stand for themselves.
bool keeps_zeros(const Node& node) {
  switch (node.operation) {
    case identity:
    case pool:
    case global_pool:
    case pad:
    case crop:
    case upsample:
    case resize:
    case concatenate:
    case flatten:
    case reshape:
    case permute:
      return true;
    case merge:
    case activation:
      return node.activation == Activation::none;
    default:
      return false;
  }
}

/// For every node, whether everything that reads it rectifies it right away.
std::vector<bool> read_by_relus(const Graph& graph) {
  std::vector<bool> every(graph.nodes.size(), true);
  std::vector<bool> any(graph.nodes.size(), false);
  for (std::size_t i = graph.nodes.size(); i-- > 0;) {
    const Node& node = graph.nodes[i];
    const bool relu = (node.operation == activation && node.activation == Activation::relu) ||
                      (is_transparent(node) && every[i] && any[i]);
    for (const std::size_t in : node.inputs) {
      any[in] = true;
      every[in] = every[in] && relu;
    }
  }
  for (std::size_t i = 0; i < every.size(); ++i) every[i] = every[i] && any[i];
  return every;
}

}  // namespace

std::vector<Rectified> rectified(const Graph& graph) {
  const std::vector<bool> by_readers = read_by_relus(graph);
  std::vector<Rectified> facts(graph.nodes.size());
  std::vector<bool> output(graph.nodes.size(), false);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    const bool own = node.activation == Activation::relu;
    facts[i].relu = own || (node.activation == Activation::none && by_readers[i]);
    facts[i].reads_rectified =
        !node.inputs.empty() &&
        std::ranges::all_of(node.inputs, [&](auto in) { return output[in]; });
    output[i] = own || (keeps_zeros(node) && facts[i].reads_rectified);
  }
  return facts;
}

}  // namespace scnn::workloads::imports
