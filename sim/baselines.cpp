#include "sim/baselines.hpp"

#include <algorithm>
#include <vector>

namespace scnn::sim {
namespace {

/// Counts per phase of the stride.
using PhaseCounts = std::vector<std::uint64_t>;

/// Non-zero weights of a convolution group by input channel and phase, in one pass over
/// the tensor in its own order.
PhaseCounts count_weights(const workloads::QuantisedLayer& layer, const sparse::PhaseSplit& split,
                          std::int64_t conv_group) {
  const LayerShape& s = layer.spec.shape;
  std::vector<std::size_t> phase_of;  // by kernel position
  for (std::int64_t r = 0; r < s.R; ++r)
    for (std::int64_t c = 0; c < s.S; ++c)
      phase_of.push_back(static_cast<std::size_t>(
          split.number(s.dilation_h * r % split.h, s.dilation_w * c % split.w)));
  const auto phases = static_cast<std::size_t>(split.count());
  // By place in a filter first, in counts as narrow as the elements: many are taken at a time.
  constexpr std::int64_t kMost = 65535;
  const auto places = static_cast<std::size_t>(s.group_C()) * phase_of.size();
  std::vector<std::uint16_t> at_place;
  PhaseCounts counts(static_cast<std::size_t>(s.group_C()) * phases);
  const std::int16_t* w =
      layer.weights.data().data() + layer.weights.index(conv_group * s.group_K(), 0, 0, 0);
  for (std::int64_t first = 0; first < s.group_K(); first += kMost) {
    at_place.assign(places, 0);
    for (std::int64_t k = first; k < std::min(s.group_K(), first + kMost); ++k, w += places)
      for (std::size_t i = 0; i < places; ++i)
        at_place[i] = static_cast<std::uint16_t>(at_place[i] + (w[i] != 0 ? 1 : 0));
    for (std::size_t c = 0; c < static_cast<std::size_t>(s.group_C()); ++c)
      for (std::size_t i = 0; i < phase_of.size(); ++i)
        counts[c * phases + phase_of[i]] += at_place[c * phase_of.size() + i];
  }
  return counts;
}

/// Non-zero activations of a rectangle of one input channel, by phase.
PhaseCounts count_activations(const workloads::QuantisedLayer& layer,
                              const sparse::PhaseSplit& split, const pe::Rect& inputs,
                              std::int64_t channel) {
  const LayerShape& s = layer.spec.shape;
  PhaseCounts counts(static_cast<std::size_t>(split.count()));
  for (std::int64_t y = inputs.rows.begin; y < inputs.rows.end; ++y) {
    const std::int16_t* row = layer.input.data().data() + layer.input.index(0, channel, y, 0);
    const auto first = static_cast<std::size_t>(split.number((y + s.pad_top) % split.h, 0));
    for (std::int64_t q = 0; q < split.w; ++q) {
      // First column of the rectangle in phase q.
      const std::int64_t shift =
          ((q - inputs.cols.begin - s.pad_left) % split.w + split.w) % split.w;
      std::uint64_t nonzero = 0;
      if (split.w == 1) {
        nonzero = count_nonzero({row + inputs.cols.begin, row + inputs.cols.end});
      } else {
        for (std::int64_t x = inputs.cols.begin + shift; x < inputs.cols.end; x += split.w)
          nonzero += row[x] != 0 ? 1 : 0;
      }
      counts[first + static_cast<std::size_t>(q)] += nonzero;
    }
  }
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
  const auto phases = static_cast<std::size_t>(split.count());
  const PhaseCounts weights = count_weights(layer, split, conv_group);
  std::uint64_t products = 0;
  for (std::int64_t c = 0; c < s.group_C(); ++c) {
    const auto activations = count_activations(layer, split, inputs, conv_group * s.group_C() + c);
    for (std::size_t ph = 0; ph < phases; ++ph)
      products += weights[static_cast<std::size_t>(c) * phases + ph] * activations[ph];
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
