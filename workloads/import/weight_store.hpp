/// Where a framework's file keeps the weights of a layer.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "workloads/hdf5.hpp"
#include "workloads/import/graph.hpp"

namespace scnn::workloads::imports {

/// Names from the root to a dataset.
using Path = std::vector<std::string>;

/// Order of a kernel's axes: I input channels of a group, O output channels.
enum class Axes : std::uint8_t {
  hwio,  ///< Keras; a fully-connected kernel is IO, a depthwise one HWC with a multiplier
  oihw,  ///< Caffe, PyTorch; a fully-connected kernel is OI
};

/// Which convolution of a layer.
enum class Part : std::uint8_t { whole, depthwise, pointwise };

/// The weights of one convolution.
struct Parameters {
  Path kernel;
  Axes axes = Axes::hwio;
  Path bias = {};  ///< empty: none
  Path mask = {};  ///< empty: none; of the kernel's shape, 0 = pruned
};

/// A file's own way of naming weights.
class WeightStore {
 public:
  virtual ~WeightStore() = default;
  /// \throws InputError when the file has no weights for the layer
  [[nodiscard]] virtual Parameters find(const Node& node, Part part) const = 0;
};

/// Splits a name at its slashes. \throws InputError at `where` for empty parts, `.` and `..`
[[nodiscard]] Path path_of(std::string_view name, const std::string& where);

/// Opens a dataset name by name, so that a link on the way is refused.
/// \throws InputError
[[nodiscard]] hdf5::Dataset dataset_at(const hdf5::Group& root, const Path& path);

/// Whether there is something under the path, all but its last name being groups.
/// \throws InputError for a link on the way
[[nodiscard]] bool exists(const hdf5::Group& root, const Path& path);

/// The kernel's extents in the order of a network file.
struct KernelShape {
  std::int64_t K = 0, group_C = 0, R = 0, S = 0;
  [[nodiscard]] std::int64_t count() const { return K * group_C * R * S; }
};

/// \param depthwise  the kernel's third axis counts input channels, its fourth a multiplier
/// \throws InputError at `where` for a rank that is no kernel's
[[nodiscard]] KernelShape kernel_shape(const hdf5::Dims& dims, Axes axes, bool depthwise,
                                       const std::string& where);

/// Where element [k][c][r][s] of a network file's weights lies in the framework's dataset.
[[nodiscard]] constexpr std::size_t source_index(const KernelShape& s, Axes axes, std::int64_t k,
                                                 std::int64_t c, std::int64_t r, std::int64_t col) {
  const std::int64_t i = axes == Axes::oihw ? ((k * s.group_C + c) * s.R + r) * s.S + col
                                            : ((r * s.S + col) * s.group_C + c) * s.K + k;
  return static_cast<std::size_t>(i);
}

/// Calls `visit(element of the network file, element of the framework's dataset)` in the
/// order of the network file.
template <class Visit>
void for_each_weight(const KernelShape& s, Axes axes, Visit&& visit) {
  std::size_t i = 0;
  for (std::int64_t k = 0; k < s.K; ++k)
    for (std::int64_t c = 0; c < s.group_C; ++c)
      for (std::int64_t r = 0; r < s.R; ++r)
        for (std::int64_t col = 0; col < s.S; ++col)
          visit(i++, source_index(s, axes, k, c, r, col));
}

}  // namespace scnn::workloads::imports
