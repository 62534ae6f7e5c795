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

/// The member of a container that is the layer; empty when there is none.
std::string member_of(const hdf5::Group& container, const std::string& name,
                      const std::string& stored) {
  bool any_stated = false;
  for (const auto& member : container.members()) {
    if (member.kind != hdf5::MemberKind::group) continue;
    const auto stated = stated_name(container.group(member.name));
    if (stated == name) return member.name;
    any_stated = any_stated || stated.has_value();
  }
  const bool plain = name.find('/') == std::string::npos && !name.empty();
  if (!any_stated && !stored.empty() && container.has(stored)) return stored;
  if (plain && container.has(name)) return name;
  return {};
}

}  // namespace

std::string keras3_container(const hdf5::Group& model) {
  for (const char* name : {"layers", "_layer_checkpoint_dependencies"})
    if (model.has(name)) return name;
  return {};
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
    const std::string stored = level < node.stored.size() ? node.stored[level] : "";
    const std::string member = member_of(container, names[level], stored);
    if (member.empty()) refuse();
    path.push_back(container_name);
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
