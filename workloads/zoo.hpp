/// Built-in networks: exact layer tables with seeded weights and activations.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/network_file.hpp"

namespace scnn::workloads {

/// Names the zoo knows: alexnet vgg16 googlenet resnet50 densenet121.
[[nodiscard]] const std::vector<std::string_view>& zoo_names();

struct ZooOptions {
  std::int64_t seed = 1;
  bool with_fc = false;         ///< also the fully-connected layers
  bool inception_only = false;  ///< GoogLeNet: the 54 convolutions of its inception modules
  /// Weight density to prune each layer to (fine, by magnitude); 1 leaves it dense.
  /// Given by the caller from `--densities`; empty: dense weights.
  std::function<std::optional<double>(const LayerSpec&)> weight_density;
  /// Activation density of every layer; unset: the layer's `input_density`.
  std::optional<double> activation_density;
};

/// Layer table of a zoo network, with published or stated densities filled in.
/// \throws InputError for an unknown name, or `inception_only` on another network
[[nodiscard]] std::vector<LayerSpec> zoo_layers(std::string_view name, const ZooOptions& options);

/// The network as a source: layers are generated as they are read.
[[nodiscard]] std::unique_ptr<NetworkSource> make_zoo(std::string_view name, ZooOptions options);

/// A layer's input with exactly `round(density * C*H*W)` non-zero elements, seeded by
/// `seed` and the layer's name, and independent of every other layer.
[[nodiscard]] Tensor<float> synthesise_input(const LayerSpec& spec, double density,
                                             std::int64_t seed);

}  // namespace scnn::workloads
