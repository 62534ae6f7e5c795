#include "workloads/import/weight_store.hpp"

#include <fmt/format.h>

#include "sparse_formats/error.hpp"

namespace scnn::workloads::imports {

Path path_of(std::string_view name, const std::string& where) {
  Path path;
  for (std::size_t start = 0; start <= name.size();) {
    const std::size_t end = std::min(name.find('/', start), name.size());
    path.emplace_back(name.substr(start, end - start));
    start = end + 1;
  }
  for (const auto& part : path)
    if (part.empty() || part == "." || part == "..")
      throw InputError(where, fmt::format("names \"{}\", expected names joined by single slashes",
                                          hdf5::printable(name)));
  return path;
}

namespace {

/// The group that holds the last name of a path.
hdf5::Group group_around(const hdf5::Group& root, const Path& path) {
  hdf5::Group group = root.group(path.front());
  for (std::size_t i = 1; i + 1 < path.size(); ++i) group = group.group(path[i]);
  return group;
}

}  // namespace

hdf5::Dataset dataset_at(const hdf5::Group& root, const Path& path) {
  return path.size() == 1 ? root.dataset(path.front())
                          : group_around(root, path).dataset(path.back());
}

bool exists(const hdf5::Group& root, const Path& path) {
  if (!root.has(path.front())) return false;
  if (path.size() == 1) return true;
  hdf5::Group group = root.group(path.front());
  for (std::size_t i = 1; i + 1 < path.size(); ++i) {
    if (!group.has(path[i])) return false;
    group = group.group(path[i]);
  }
  return group.has(path.back());
}

KernelShape kernel_shape(const hdf5::Dims& dims, Axes axes, bool depthwise,
                         const std::string& where) {
  if (dims.size() != 2 && dims.size() != 4)
    throw InputError(where, fmt::format("has shape {}, expected a kernel of 4 dimensions, or of 2 "
                                        "for a fully-connected layer",
                                        hdf5::shape_text(dims)));
  const bool flat = dims.size() == 2;
  if (axes == Axes::oihw)
    return flat ? KernelShape{dims[0], dims[1], 1, 1}
                : KernelShape{dims[0], dims[1], dims[2], dims[3]};
  if (flat) return {dims[1], dims[0], 1, 1};
  if (!depthwise) return {dims[3], dims[2], dims[0], dims[1]};
  // Far beyond what is accepted later, but without overflow.
  constexpr std::int64_t kMost = std::int64_t{1} << 31;
  if (dims[2] > kMost || dims[3] > kMost)
    throw InputError(where,
                     fmt::format("has shape {}, which is too large", hdf5::shape_text(dims)));
  return {dims[2] * dims[3], 1, dims[0], dims[1]};
}

}  // namespace scnn::workloads::imports
