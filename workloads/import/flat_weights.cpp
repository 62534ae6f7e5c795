#include "workloads/import/flat_weights.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sparse_formats/error.hpp"

namespace scnn::workloads::imports {
namespace {

[[noreturn]] void refuse(const hdf5::Group& root, const Node& node, const std::string& expected) {
  throw InputError(root.where(),
                   fmt::format("has no weights for layer {} ({}), expected {}",
                               hdf5::printable(node.name), hdf5::printable(node.kind), expected));
}

void refuse_separable(const Node& node, Part part) {
  if (part == Part::pointwise || node.operation == Operation::separable)
    throw InputError(where_of(node),
                     "is a separable convolution, expected its two convolutions by "
                     "themselves in this layout");
}

}  // namespace

Parameters CaffeWeights::find(const Node& node, Part part) const {
  refuse_separable(node, part);
  Path layer = path_of(node.name, where_of(node));
  layer.insert(layer.begin(), "data");
  Path kernel = layer;
  kernel.emplace_back("0");
  Path bias = std::move(layer);
  bias.emplace_back("1");
  if (!exists(root_, kernel))
    refuse(root_, node, fmt::format("/data/{}/0", hdf5::printable(node.name)));
  Parameters found{.kernel = std::move(kernel), .axes = Axes::oihw};
  if (exists(root_, bias)) found.bias = std::move(bias);
  return found;
}

Parameters TorchWeights::find(const Node& node, Part part) const {
  refuse_separable(node, part);
  for (const std::string& name : {node.name, "module." + node.name}) {
    const auto at = [&node, &name](const char* what) {
      return path_of(name + what, where_of(node));
    };
    const auto has = [this, &at](const char* what) { return exists(root_, at(what)); };
    const bool pruned = !has(".weight") && has(".weight_orig");
    if (!pruned && !has(".weight")) continue;
    Parameters found{.kernel = at(pruned ? ".weight_orig" : ".weight"), .axes = Axes::oihw};
    if (pruned) found.mask = at(".weight_mask");
    if (has(".bias")) found.bias = at(".bias");
    return found;
  }
  refuse(root_, node, fmt::format("a dataset {}.weight", hdf5::printable(node.name)));
}

bool looks_like_torch(const hdf5::Group& root) {
  return std::ranges::any_of(root.members(), [](const hdf5::Member& member) {
    return member.kind == hdf5::MemberKind::dataset &&
           (member.name.ends_with(".weight") || member.name.ends_with(".weight_orig"));
  });
}

}  // namespace scnn::workloads::imports
