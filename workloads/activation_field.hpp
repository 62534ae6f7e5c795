/// A random field over the elements of an input, whose highest places are its non-zeros.
///
/// Real activations cluster: neighbours are alike and channels differ in how often they
/// fire. docs/activations.md says how the shares below were fitted, and how well they fit.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "workloads/network.hpp"

namespace scnn::workloads {

/// How the variance of the field divides; what is said of nothing else is noise that knows
/// no neighbours. The defaults are those of the zoo.
struct FieldShares {
  double channel = 0.30;  ///< a level per channel, as share of the whole variance
  // Shares of the rest, which varies within a channel.
  double fine = 0.30;    ///< smooth over a pixel: window 2, applied twice
  double coarse = 0.60;  ///< smooth over a tenth of the plane (see `coarse_window`)
  /// Share of what varies within a channel that all channels have in common: where the
  /// image has an object. None by default, because averages over images have none.
  double common = 0.0;
};

/// Elements along an axis of that length over which the coarse part is summed, twice:
/// 1 + length / 10, rounded half up, at most 128.
[[nodiscard]] std::size_t coarse_window(std::int64_t length);

/// One key per element of an input `[C][H][W]`: the smaller, the higher the field.
///
/// Element i is a pure function of (seed, network, layer, i): uniform integers, summed over
/// windows, and each part scaled by one factor, in IEEE operations rounded to the last bit.
/// Planes are cut out of larger ones, so that the edges are like the middle.
[[nodiscard]] std::vector<std::uint32_t> field_keys(std::string_view network, const LayerSpec& spec,
                                                    std::int64_t seed,
                                                    const FieldShares& shares = {});

}  // namespace scnn::workloads
