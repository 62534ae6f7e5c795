/// Weights in Keras 3's `.weights.h5`.
#pragma once

#include <map>
#include <set>
#include <string>

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
  /// The layers of a model: groups by the names they state, and all groups.
  struct Container {
    std::map<std::string, std::string> stated;
    std::set<std::string> groups;
  };

  [[nodiscard]] const Container& container_at(const Path& path, const hdf5::Group& group) const;

  const hdf5::Group& root_;
  mutable std::map<Path, Container> containers_;  ///< read when first asked for
};

/// The group of layers in a file, or in a model within one: `layers`, before Keras 3
/// `_layer_checkpoint_dependencies`; empty when there is neither.
[[nodiscard]] std::string keras3_container(const hdf5::Group& model);

}  // namespace scnn::workloads::imports
