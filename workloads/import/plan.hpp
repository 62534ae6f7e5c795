/// From a graph and the weights beside it to the layers of a network file.
#pragma once

#include <string>
#include <vector>

#include "workloads/hdf5.hpp"
#include "workloads/import/graph.hpp"
#include "workloads/import/weight_store.hpp"
#include "workloads/network.hpp"

namespace scnn::workloads::imports {

/// A layer and where its weights are.
struct PlannedLayer {
  LayerSpec spec;
  KernelShape shape;
  Parameters parameters;
};

struct Plan {
  std::vector<PlannedLayer> layers;
  /// What a user should know, a sentence each: layers left out, and why.
  std::vector<std::string> notes;
};

/// Follows shapes through the graph and makes a layer of every convolution and every
/// fully-connected one, in the graph's order.
///
/// - A fully-connected layer of one vector becomes C channels of 1x1; of a map (Keras' Dense
///   on more than one dimension), a convolution with a 1x1 kernel.
/// - Padding layers right before a convolution become its padding.
/// - `relu` is set where the layer's output is rectified right away: by its own activation,
///   or when everything that reads it rectifies it, batch norm and dropout in between not
///   counted.
/// - `input_density` is 1 for what is not rectified, else the density stated for the zoo.
/// - Names are the framework's with `_` for `/`; layers of inner models whose names are
///   taken get the models' names in front. A separable convolution becomes two layers,
///   `NAME_depthwise` and `NAME_pointwise`.
///
/// \param root  of the file that holds the weights; datasets are checked, not read
/// \throws InputError naming the layer that cannot be one, or whose shape and weights differ
[[nodiscard]] Plan plan_layers(const Graph& graph, const WeightStore& weights,
                               const hdf5::Group& root);

}  // namespace scnn::workloads::imports
