#include "workloads/zoo_tensors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>

#include "sparse_formats/error.hpp"
#include "workloads/activation_field.hpp"
#include "workloads/counter_rng.hpp"
#include "workloads/selection.hpp"

namespace scnn::workloads {
namespace {

/// 2^-10 standard deviations in the units of near_gaussian; 2^-10 / kNearGaussianUnit
/// rounded up.
constexpr auto kSmallest = static_cast<std::int64_t>(1.0 / 1024.0 / kNearGaussianUnit) + 1;
static_assert(kNearGaussianLimit / 32767 / 2 < 1.0 / 1024.0,
              "half a step of 16-bit quantisation would swallow the smallest values");

/// A near-Gaussian that quantisation to 16 bits does not make zero, unit variance.
double signed_value(const PhiloxCounter& block) {
  const std::int64_t v = near_gaussian(block);
  const std::int64_t magnitude = std::max(kSmallest, std::abs(v));
  return static_cast<double>(v < 0 ? -magnitude : magnitude) * kNearGaussianUnit;
}

/// An image has few channels and is centred; anything else has passed a ReLU.
bool reads_image(const LayerSpec& spec) {
  constexpr std::int64_t most_image_channels = 4;
  return spec.kind == LayerKind::conv && spec.shape.C <= most_image_channels;
}

/// Flags of `count` elements of the input, each set of them equally likely.
std::vector<std::uint8_t> independent_positions(std::string_view network, const LayerSpec& spec,
                                                std::size_t count, std::int64_t seed) {
  const CounterStream positions(seed, network, spec.name, "input positions");
  return choose_smallest(static_cast<std::size_t>(spec.shape.input_count()), count,
                         [&positions](std::size_t i) { return positions.word(i); });
}

/// Flags of the `count` elements where the field is highest.
std::vector<std::uint8_t> correlated_positions(std::string_view network, const LayerSpec& spec,
                                               std::size_t count, std::int64_t seed) {
  const auto n = static_cast<std::size_t>(spec.shape.input_count());
  // All of them: no need to know where the field is highest.
  if (count == n) return choose_smallest(n, count, [](std::size_t) { return 0U; });
  const auto keys = field_keys(network, spec, seed);
  return choose_smallest(n, count, [&keys](std::size_t i) { return keys[i]; });
}

}  // namespace

void require_density(double density, std::string_view what, const std::string& where) {
  if (!(density > 0.0 && density <= 1.0))
    throw InputError(where, fmt::format("{} is {}, expected above 0 and at most 1", what, density));
}

std::size_t density_count(double density, std::size_t count) {
  // nearbyint rounds half to even in the default rounding mode, exactly.
  return static_cast<std::size_t>(std::nearbyint(density * static_cast<double>(count)));
}

Tensor<float> synthesise_weights(std::string_view network, const LayerSpec& spec,
                                 std::int64_t seed) {
  const LayerShape& s = spec.shape;
  Tensor<float> weights({s.K, s.group_C(), s.R, s.S});
  const CounterStream stream(seed, network, spec.name, "weights");
  // IEEE 754 prescribes division and square root to the last bit.
  const double sigma = std::sqrt(2.0 / static_cast<double>(s.group_C() * s.R * s.S));
  for (std::size_t i = 0; i < weights.size(); ++i)
    weights.data()[i] = static_cast<float>(signed_value(stream.block(i)) * sigma);
  return weights;
}

Mask prune_by_magnitude(Tensor<float>& weights, double density) {
  const std::size_t n = weights.size();
  const std::size_t kept = density_count(density, n);
  const auto& w = weights.data();
  // Without its sign bit a float orders like an integer; complemented, largest first.
  const auto key = [&w](std::size_t i) {
    return ~(std::bit_cast<std::uint32_t>(w[i]) & 0x7FFFFFFFU);
  };
  Mask mask;
  mask.kept = Tensor<std::uint8_t>(weights.shape(), choose_smallest(n, kept, key));
  for (std::size_t i = 0; i < n; ++i)
    if (mask.kept.data()[i] == 0) weights.data()[i] = 0.0F;
  mask.granularity = Granularity::fine;
  mask.density_requested = density;
  mask.density_achieved = static_cast<double>(kept) / static_cast<double>(n);
  return mask;
}

Tensor<float> synthesise_input_of(std::string_view network, const LayerSpec& spec, double density,
                                  std::int64_t seed, ActivationModel model) {
  require_density(density, "activation density", "layer " + spec.name);
  const LayerShape& s = spec.shape;
  Tensor<float> input({1, s.C, s.H, s.W});
  const std::size_t n = input.size(), count = density_count(density, n);
  const bool centred = reads_image(spec);
  const auto active = centred || model == ActivationModel::independent
                          ? independent_positions(network, spec, count, seed)
                          : correlated_positions(network, spec, count, seed);
  const CounterStream values(seed, network, spec.name, "input");
  for (std::size_t i = 0; i < n; ++i) {
    if (active[i] == 0) continue;
    const double v = signed_value(values.block(i));
    input.data()[i] = static_cast<float>(centred ? v : std::fabs(v));
  }
  return input;
}

}  // namespace scnn::workloads
