/// Stride phases (machine.md S18): which positions of a block belong together.
#pragma once

#include <cstdint>
#include <vector>

#include "sparse_formats/layer_shape.hpp"

namespace scnn::sparse {

/// How many phases a block is split into; `{1, 1}` leaves it whole.
struct PhaseSplit {
  std::int64_t h = 1, w = 1;

  [[nodiscard]] std::int64_t count() const { return h * w; }
  /// Phase number of (p, q), p outermost.
  [[nodiscard]] std::int64_t number(std::int64_t p, std::int64_t q) const { return p * w + q; }
  friend bool operator==(const PhaseSplit&, const PhaseSplit&) = default;
};

/// Kernel rows `r` of `[0, extent)` with `(dilation * r) mod phases == phase`.
[[nodiscard]] inline std::vector<std::int32_t> kernel_positions(std::int64_t extent,
                                                                std::int64_t dilation,
                                                                std::int64_t phases,
                                                                std::int64_t phase) {
  std::vector<std::int32_t> positions;
  for (std::int64_t r = 0; r < extent; ++r)
    if (dilation * r % phases == phase) positions.push_back(static_cast<std::int32_t>(r));
  return positions;
}

/// Input rows `y` of `[begin, end)` with `(y + pad) mod phases == phase`.
[[nodiscard]] inline std::vector<std::int32_t> input_positions(std::int64_t begin, std::int64_t end,
                                                               std::int64_t pad,
                                                               std::int64_t phases,
                                                               std::int64_t phase) {
  std::vector<std::int32_t> positions;
  for (std::int64_t y = begin; y < end; ++y)
    if ((y + pad) % phases == phase) positions.push_back(static_cast<std::int32_t>(y));
  return positions;
}

}  // namespace scnn::sparse
