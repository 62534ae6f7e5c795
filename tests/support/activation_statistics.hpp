/// How the non-zeros of an input lie: what a generator of activations should reproduce.
#pragma once

#include <cstdint>
#include <vector>

#include "sparse_formats/tensor.hpp"

namespace scnn::test {

/// Where an input `[C][H][W]` is not zero.
struct Pattern {
  std::int64_t C = 0, H = 0, W = 0;
  std::vector<std::uint8_t> active;  ///< [C][H][W], 0 or 1

  bool at(std::int64_t c, std::int64_t y, std::int64_t x) const {
    return active[static_cast<std::size_t>((c * H + y) * W + x)] != 0;
  }
};

template <class T>
[[nodiscard]] Pattern pattern_of(const Tensor<T>& input, std::int64_t C, std::int64_t H,
                                 std::int64_t W) {
  Pattern p{C, H, W, {}};
  p.active.reserve(input.size());
  for (const T& value : input.values()) p.active.push_back(value != T{});
  return p;
}

/// Statistics of a pattern; tools/activation_statistics.py has the same under the same names.
struct ActivationStatistics {
  double density = 0;
  double neighbours = 0;    ///< correlation of an element with the next, mean over rows and columns
  double two_apart = 0;     ///< with the one after that
  double channel_std = 0;   ///< standard deviation of the channels' densities
  double position_std = 0;  ///< of the positions' densities, over channels
  double dead = 0;          ///< share of channels without non-zeros
  double empty_2x2 = 0;     ///< share of aligned 2x2 tiles without non-zeros
  double empty_4x4 = 0;
  double runs = 0;  ///< runs of non-zeros per non-zero, mean over rows and columns
};

/// \pre  H and W at least 4
[[nodiscard]] ActivationStatistics statistics_of(const Pattern& pattern);

}  // namespace scnn::test
