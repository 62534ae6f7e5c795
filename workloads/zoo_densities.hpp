/// Which densities the zoo gives its layers.
#pragma once

#include <string_view>
#include <vector>

#include "workloads/network.hpp"

namespace scnn::workloads {

/// Densities of layers for which nothing is published: ResNet-50, DenseNet-121, the stem
/// of GoogLeNet and all fully-connected layers. A stated choice, near what SCNN Fig. 1
/// shows: the unweighted means of its convolutions are .38 (weights) and .57 (activations,
/// first layers left out), and .33 and .41 over the later half of each network.
inline constexpr double kStatedWeightDensity = 0.35;
inline constexpr double kStatedActivationDensity = 0.45;

/// Sets `density_published` and `input_density` of a whole network's table.
///
/// Published where SCNN Fig. 1 has the layer. The modules of GoogLeNet between the two
/// published ones, 3a and 5b, are interpolated linearly in the order of the modules, each
/// of the six branch layers by itself. Everything else has the stated densities above;
/// the first layer reads an image, which is dense.
void fill_densities(std::string_view network, std::vector<LayerSpec>& layers);

}  // namespace scnn::workloads
