/// Weights in Keras 3's `.weights.h5`.
#pragma once

#include "workloads/import/weight_store.hpp"

namespace scnn::workloads::imports {

/// `/layers/<class>[_<n>]/vars/<i>`, models within models nested alike.
///
/// A layer is found by the attribute `name` of its `vars` or its group; in files without, by
/// its class and its number among the layers of that class, or by a group of its own name.
class Keras3Weights final : public WeightStore {
 public:
  /// \pre  `root` outlives the store
  explicit Keras3Weights(const hdf5::Group& root) : root_(root) {}

  [[nodiscard]] Parameters find(const Node& node, Part part) const override;

 private:
  const hdf5::Group& root_;
};

/// The group of layers in a file, or in a model within one: `layers`, before Keras 3
/// `_layer_checkpoint_dependencies`; empty when there is neither.
[[nodiscard]] std::string keras3_container(const hdf5::Group& model);

}  // namespace scnn::workloads::imports
