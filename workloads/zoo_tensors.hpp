/// Seeded tensors for layers that come without: weights, their pruning, and inputs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "workloads/zoo.hpp"

namespace scnn::workloads {

/// Throws InputError at `where` unless the density is above 0 and at most 1.
void require_density(double density, std::string_view what, const std::string& where);

/// `round(density * count)`, ties to even.
[[nodiscard]] std::size_t density_count(double density, std::size_t count);

/// Near-Gaussian weights `[K][C/groups][R][S]`, standard deviation sqrt(2/fan_in) with
/// fan_in = C/groups * R * S, none of them zero (He et al. 2015, as for ReLU networks).
///
/// Magnitudes are at least 2^-10 deviations, so that quantisation to 16 bits, whose step
/// is at most 8.21/32767 deviations, makes no zero of a weight.
[[nodiscard]] Tensor<float> synthesise_weights(std::string_view network, const LayerSpec& spec,
                                               std::int64_t seed);

/// Keeps the `density_count` weights of largest magnitude (ties: the lower index), zeroes
/// the others and returns the mask.
[[nodiscard]] Mask prune_by_magnitude(Tensor<float>& weights, double density);

/// As `synthesise_input` of zoo.hpp, for a layer of the named network.
[[nodiscard]] Tensor<float> synthesise_input_of(std::string_view network, const LayerSpec& spec,
                                                double density, std::int64_t seed,
                                                ActivationModel model);

}  // namespace scnn::workloads
