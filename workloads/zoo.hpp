/// Built-in networks: exact layer tables with seeded weights and activations.
#pragma once

#include <cstdint>
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

/// Where the non-zero activations of a synthesised input lie.
enum class ActivationModel : std::uint8_t {
  /// Where a random field is highest whose neighbours are alike and whose channels differ
  /// in level, as those of real activations (activation_field.hpp).
  correlated,
  independent,  ///< every set of positions of the right size is equally likely
};

struct ZooOptions {
  std::int64_t seed = 1;
  bool with_fc = false;         ///< also the fully-connected layers
  bool inception_only = false;  ///< GoogLeNet: the 54 convolutions of its inception modules
  /// Weight density to prune each layer to (fine, by magnitude); 1 leaves it dense.
  /// Given by the caller from `--densities`; empty: dense weights.
  std::function<std::optional<double>(const LayerSpec&)> weight_density;
  /// Activation density of every layer; unset: the layer's `input_density`.
  std::optional<double> activation_density;
  ActivationModel activation_model = ActivationModel::correlated;
};

/// Layer table of a zoo network, with published or stated densities filled in.
///
/// Published where SCNN Fig. 1 has the layer, interpolated between GoogLeNet's published
/// modules, else stated (zoo_densities.hpp, docs/zoo.md).
/// \throws InputError for an unknown name, or `inception_only` on another network
[[nodiscard]] std::vector<LayerSpec> zoo_layers(std::string_view name, const ZooOptions& options);

/// The network as a source: layers are generated as they are read, each from its name
/// and the seed alone. Weights and inputs are float32, biases absent.
/// \throws InputError as `zoo_layers`, and for a density outside (0, 1]
[[nodiscard]] std::unique_ptr<NetworkSource> make_zoo(std::string_view name, ZooOptions options);

/// An input `[1][C][H][W]` for a layer that came without: exactly `round(density * C*H*W)`
/// non-zero elements (ties to even), seeded by `seed` and the layer's name, and independent
/// of every other layer.
///
/// Values are the magnitudes of near-Gaussian numbers of unit variance, as after a ReLU,
/// at least 2^-10, so that quantisation to 16 bits leaves the density as it is. A
/// convolution of at most 4 channels reads an image: there they are signed, and positions
/// independent.
/// \throws InputError for a density outside (0, 1]
[[nodiscard]] Tensor<float> synthesise_input(const LayerSpec& spec, double density,
                                             std::int64_t seed,
                                             ActivationModel model = ActivationModel::correlated);

}  // namespace scnn::workloads
