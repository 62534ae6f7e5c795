/// Weights in files of Keras 2: whole models and weights alone.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "workloads/import/weight_store.hpp"

namespace scnn::workloads::imports {

/// `/model_weights`, or the root of a file of weights alone: a group per layer, which lists
/// its datasets in `weight_names`. A layer of an inner model is in the group of the
/// outermost model around it.
class Keras2Weights final : public WeightStore {
 public:
  /// \throws InputError unless `layer_names` and every `weight_names` are well-formed
  explicit Keras2Weights(const hdf5::Group& root);

  [[nodiscard]] Parameters find(const Node& node, Part part) const override;

 private:
  /// `conv2d/kernel:0` of a layer's group.
  struct Weight {
    std::string owner;  ///< `conv2d`, what precedes the last slash
    std::string name;   ///< `kernel`, without the number of the output
    Path path;
  };
  using Weights = std::vector<Weight>;

  [[nodiscard]] Weights weights_of(const Node& node) const;

  std::string where_;
  std::map<std::string, Weights> layers_;
};

}  // namespace scnn::workloads::imports
