/// Weights of Caffe and of PyTorch: kernels are OIHW, layers found by their names.
#pragma once

#include "workloads/import/weight_store.hpp"

namespace scnn::workloads::imports {

/// `.caffemodel.h5`: `/data/<layer>/0` the kernel, `/data/<layer>/1` the bias.
class CaffeWeights final : public WeightStore {
 public:
  /// \pre  `root` outlives the store
  explicit CaffeWeights(const hdf5::Group& root) : root_(root) {}
  [[nodiscard]] Parameters find(const Node& node, Part part) const override;

 private:
  const hdf5::Group& root_;
};

/// A `state_dict`, one dataset per name: `<layer>.weight`, `<layer>.bias`. A pruned layer
/// has `<layer>.weight_orig` and `<layer>.weight_mask` instead, whose product is the
/// weight. All names may start with `module.`, as DataParallel has it.
class TorchWeights final : public WeightStore {
 public:
  /// \pre  `root` outlives the store
  explicit TorchWeights(const hdf5::Group& root) : root_(root) {}
  [[nodiscard]] Parameters find(const Node& node, Part part) const override;

 private:
  const hdf5::Group& root_;
};

/// Whether the root holds datasets named as PyTorch names parameters.
[[nodiscard]] bool looks_like_torch(const hdf5::Group& root);

}  // namespace scnn::workloads::imports
