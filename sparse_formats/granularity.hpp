/// Granularity of pruning (Mao et al. 2017; machine.md S13).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace scnn {

/// The set of weights that live or die together.
enum class Granularity : std::uint8_t {
  fine,    ///< 0-D: one weight
  vector,  ///< 1-D: one kernel row `W[k][c][r][:]`
  kernel,  ///< 2-D: `W[k][c][:][:]`
  filter,  ///< 3-D: `W[k][:][:][:]`
};

inline constexpr std::array kGranularities{Granularity::fine, Granularity::vector,
                                           Granularity::kernel, Granularity::filter};

[[nodiscard]] constexpr std::string_view name_of(Granularity g) {
  constexpr std::array<std::string_view, 4> names{"fine", "vector", "kernel", "filter"};
  return names[static_cast<std::size_t>(g)];
}

[[nodiscard]] constexpr std::optional<Granularity> granularity_from(std::string_view name) {
  for (auto g : kGranularities)
    if (name_of(g) == name) return g;
  return std::nullopt;
}

/// Weights per grain of a tensor `[K][Cg][R][S]`. Grains are contiguous and in
/// order in the row-major tensor, so grain i covers elements `[i*g, (i+1)*g)`.
[[nodiscard]] constexpr std::int64_t grain_size(Granularity g,
                                                const std::array<std::int64_t, 4>& s) {
  switch (g) {
    case Granularity::fine:
      return 1;
    case Granularity::vector:
      return s[3];
    case Granularity::kernel:
      return s[2] * s[3];
    case Granularity::filter:
      return s[1] * s[2] * s[3];
  }
  return 1;
}

}  // namespace scnn
