#include "workloads/import/graph.hpp"

#include <fmt/format.h>

#include <utility>

#include "sparse_formats/error.hpp"
#include "workloads/hdf5.hpp"

namespace scnn::workloads::imports {

std::string dims_text(const Dims& dims) {
  if (dims.empty()) return "a scalar";
  std::string text;
  for (const auto d : dims) text += d == kOpen ? "[?]" : fmt::format("[{}]", d);
  return text;
}

std::string where_of(const Node& node) {
  return fmt::format("{}: layer {} ({})", node.place, hdf5::printable(node.name),
                     hdf5::printable(node.kind));
}

std::size_t append(Graph& graph, Node node) {
  if (graph.nodes.size() == kMostNodes)
    throw InputError(node.place, fmt::format("describes more than {} layers, expected at most that",
                                             kMostNodes));
  graph.nodes.push_back(std::move(node));
  return graph.nodes.size() - 1;
}

}  // namespace scnn::workloads::imports
