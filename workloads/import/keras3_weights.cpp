#include "workloads/import/keras3_weights.hpp"

#include <fmt/format.h>

#include <optional>

#include "sparse_formats/error.hpp"

namespace scnn::workloads::imports {
namespace {

std::optional<std::string> stated_name(const hdf5::Group& layer) {
  if (layer.has("vars"))
    if (const hdf5::Group vars = layer.group("vars"); vars.has_attribute("name"))
      return vars.raw_text("name");
  return layer.has_attribute("name") ? std::optional(layer.raw_text("name")) : std::nullopt;
}

}  // namespace

std::string keras3_container(const hdf5::Group& model) {
  for (const char* name : {"layers", "_layer_checkpoint_dependencies"})
    if (model.has(name)) return name;
  return {};
}

const Keras3Weights::Container& Keras3Weights::container_at(const Path& path,
                                                            const hdf5::Group& group) const {
  const auto [entry, is_new] = containers_.try_emplace(path);
  Container& container = entry->second;
  if (!is_new) return container;
  for (const auto& member : group.members()) {
    if (member.kind != hdf5::MemberKind::group) continue;
    container.groups.insert(member.name);
    if (const auto name = stated_name(group.group(member.name)))
      container.stated.emplace(*name, member.name);
  }
  return container;
}

Parameters Keras3Weights::find(const Node& node, Part part) const {
  std::vector<std::string> names = node.scope;
  names.push_back(node.name);
  const auto refuse = [&] {
    throw InputError(root_.where(),
                     fmt::format("has no weights for layer {} ({})", hdf5::printable(node.name),
                                 hdf5::printable(node.kind)));
  };
  Path path;
  std::optional<hdf5::Group> inner;
  for (std::size_t level = 0; level < names.size(); ++level) {
    const hdf5::Group& model = inner ? *inner : root_;
    const std::string container_name = keras3_container(model);
    if (container_name.empty()) refuse();
    const hdf5::Group container = model.group(container_name);
    path.push_back(container_name);
    const Container& known = container_at(path, container);
    const std::string stored = level < node.stored.size() ? node.stored[level] : "";
    std::string member = names[level];
    if (const auto stated = known.stated.find(member); stated != known.stated.end())
      member = stated->second;
    else if (known.stated.empty() && known.groups.contains(stored))
      member = stored;
    if (!known.groups.contains(member)) refuse();
    path.push_back(member);
    hdf5::Group next = container.group(member);
    inner.emplace(std::move(next));
  }
  path.emplace_back("vars");
  const bool separable = node.operation == Operation::separable;
  const auto variable = [&path](const char* number) {
    Path p = path;
    p.emplace_back(number);
    return p;
  };
  Parameters found{.kernel = variable(part == Part::pointwise ? "1" : "0"), .axes = Axes::hwio};
  if (!exists(root_, found.kernel)) refuse();
  Path bias = variable(separable ? "2" : "1");
  if (!(separable && part == Part::depthwise) && exists(root_, bias)) found.bias = std::move(bias);
  return found;
}

}  // namespace scnn::workloads::imports
