#include "sim/baselines.hpp"

#include <vector>

namespace scnn::sim {
namespace {

/// Counts per phase of the stride.
using PhaseCounts = std::vector<std::uint64_t>;

PhaseCounts count_weights(const workloads::QuantisedLayer& layer, const sparse::PhaseSplit& split,
                          std::int64_t conv_group, std::int64_t channel) {
  const LayerShape& s = layer.spec.shape;
  PhaseCounts counts(static_cast<std::size_t>(split.count()));
  const std::int64_t first = conv_group * s.group_K();
  for (std::int64_t k = first; k < first + s.group_K(); ++k)
    for (std::int64_t r = 0; r < s.R; ++r)
      for (std::int64_t c = 0; c < s.S; ++c)
        if (layer.weights.at(k, channel, r, c) != 0)
          ++counts[static_cast<std::size_t>(
              split.number(s.dilation_h * r % split.h, s.dilation_w * c % split.w))];
  return counts;
}

PhaseCounts count_activations(const workloads::QuantisedLayer& layer,
                              const sparse::PhaseSplit& split, const pe::Rect& inputs,
                              std::int64_t channel) {
  const LayerShape& s = layer.spec.shape;
  PhaseCounts counts(static_cast<std::size_t>(split.count()));
  for (std::int64_t y = inputs.rows.begin; y < inputs.rows.end; ++y)
    for (std::int64_t x = inputs.cols.begin; x < inputs.cols.end; ++x)
      if (layer.input.at(channel, y, x) != 0)
        ++counts[static_cast<std::size_t>(
            split.number((y + s.pad_top) % split.h, (x + s.pad_left) % split.w))];
  return counts;
}

}  // namespace

std::uint64_t dcnn_cycles(const LayerShape& s, const memory::Architecture& arch) {
  return static_cast<std::uint64_t>(ceil_div(s.Ho(), arch.pe_rows) *
                                    ceil_div(s.Wo(), arch.pe_cols) * s.K * s.R * s.S *
                                    ceil_div(s.group_C(), arch.F * arch.I));
}

std::uint64_t nonzero_products(const workloads::QuantisedLayer& layer,
                               const memory::Architecture& arch, std::int64_t conv_group,
                               const pe::Rect& inputs) {
  const LayerShape& s = layer.spec.shape;
  const sparse::PhaseSplit split = pe::phase_split(s, arch);
  std::uint64_t products = 0;
  for (std::int64_t c = 0; c < s.group_C(); ++c) {
    const auto weights = count_weights(layer, split, conv_group, c);
    const auto activations = count_activations(layer, split, inputs, conv_group * s.group_C() + c);
    for (std::size_t ph = 0; ph < weights.size(); ++ph) products += weights[ph] * activations[ph];
  }
  return products;
}

std::uint64_t nonzero_products(const workloads::QuantisedLayer& layer,
                               const memory::Architecture& arch) {
  const LayerShape& s = layer.spec.shape;
  std::uint64_t products = 0;
  for (std::int64_t n = 0; n < s.groups; ++n)
    products += nonzero_products(layer, arch, n, {{0, s.H}, {0, s.W}});
  return products;
}

std::uint64_t oracle_cycles(std::uint64_t products, const memory::Architecture& arch) {
  const auto multipliers = static_cast<std::uint64_t>(arch.pe_count() * arch.F * arch.I);
  return (products + multipliers - 1) / multipliers;
}

}  // namespace scnn::sim
