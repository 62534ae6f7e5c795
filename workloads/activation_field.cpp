#include "workloads/activation_field.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "workloads/counter_rng.hpp"

namespace scnn::workloads {
namespace {

/// One standard deviation of the field; keys hold 32 of them to either side.
constexpr double kDeviation = 1 << 26;

/// Of an odd number uniform from -65535 to 65535.
constexpr double kNoiseVariance = ((std::int64_t{1} << 32) - 1) / 3.0;

struct Plane {
  std::size_t height = 0, width = 0;
  std::vector<std::int64_t> values;
};

/// Plane `index` of a stream of noise, eight numbers from a block.
void fill_with_noise(Plane& plane, const CounterStream& noise, std::uint64_t index) {
  const std::size_t n = plane.height * plane.width, blocks = (n + 7) / 8;
  plane.values.resize(blocks * 8);
  auto* out = plane.values.data();
  for (std::size_t b = 0; b < blocks; ++b)
    for (const std::uint32_t word : noise.block(index * blocks + b)) {
      *out++ = 2 * std::int64_t{word & 0xFFFF} - 65535;
      *out++ = 2 * std::int64_t{word >> 16} - 65535;
    }
}

/// Replaces each element by the sum of `n` from it onwards in its row; in place, rows close up.
void sum_along_rows(Plane& plane, std::size_t n) {
  const std::size_t width = plane.width - n + 1;
  for (std::size_t y = 0; y < plane.height; ++y) {
    const auto* in = &plane.values[y * plane.width];
    auto* out = &plane.values[y * width];
    std::int64_t sum = 0;
    for (std::size_t x = 0; x + 1 < n; ++x) sum += in[x];
    for (std::size_t x = 0; x < width; ++x) {
      sum += in[x + n - 1];
      const std::int64_t first = in[x];
      out[x] = sum;
      sum -= first;
    }
  }
  plane.width = width;
}

/// The same down the columns.
void sum_along_columns(Plane& plane, std::size_t n) {
  const std::size_t height = plane.height - n + 1, width = plane.width;
  std::vector<std::int64_t> sums(width, 0);
  const auto row = [&plane, width](std::size_t y) { return &plane.values[y * width]; };
  for (std::size_t y = 0; y + 1 < n; ++y)
    for (std::size_t x = 0; x < width; ++x) sums[x] += row(y)[x];
  for (std::size_t y = 0; y < height; ++y)
    for (std::size_t x = 0; x < width; ++x) {
      const std::int64_t sum = sums[x] + row(y + n - 1)[x];
      sums[x] = sum - row(y)[x];
      row(y)[x] = sum;
    }
  plane.height = height;
}

/// Sum of the squared weights of two windows of n applied one after the other.
double energy(std::size_t n) { return static_cast<double>(n * (2 * n * n + 1)) / 3; }

/// Noise summed twice over windows `window_h x window_w`.
struct Part {
  CounterStream noise;
  std::size_t window_h, window_w;
  double share;  ///< of the variance within a channel

  /// Adds plane `index`, with `variance` as that of all parts together, to the field.
  void add_to(std::int64_t* field, const LayerShape& s, std::uint64_t index,
              double variance) const {
    Plane plane;
    plane.height = static_cast<std::size_t>(s.H) + 2 * (window_h - 1);
    plane.width = static_cast<std::size_t>(s.W) + 2 * (window_w - 1);
    fill_with_noise(plane, noise, index);
    for (int twice = 0; twice < 2; ++twice) {
      sum_along_rows(plane, window_w);
      sum_along_columns(plane, window_h);
    }
    const double unscaled = kNoiseVariance * energy(window_h) * energy(window_w);
    const double factor = std::sqrt(share * variance / unscaled) * kDeviation;
    // Sums stay below 2^16 * 128^4, which a double holds exactly.
    for (std::size_t i = 0; i < plane.height * plane.width; ++i)
      field[i] += static_cast<std::int64_t>(static_cast<double>(plane.values[i]) * factor);
  }
};

std::uint32_t key_of(std::int64_t field) {
  constexpr std::int64_t middle = std::int64_t{1} << 31;
  constexpr std::int64_t last = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(middle - field, 0, last));
}

}  // namespace

std::size_t coarse_window(std::int64_t length) {
  return static_cast<std::size_t>(std::min<std::int64_t>(1 + (length + 5) / 10, 128));
}

std::vector<std::uint32_t> field_keys(std::string_view network, const LayerSpec& spec,
                                      std::int64_t seed, const FieldShares& shares) {
  const LayerShape& s = spec.shape;
  const auto stream = [&](std::string_view name) {
    return CounterStream(seed, network, spec.name, name);
  };
  const std::array parts{
      Part{stream("input field fine"), 2, 2, shares.fine},
      Part{stream("input field coarse"), coarse_window(s.H), coarse_window(s.W), shares.coarse},
      Part{stream("input field alone"), 1, 1, 1.0 - shares.fine - shares.coarse}};
  const double within = 1.0 - shares.channel;
  const auto n = static_cast<std::size_t>(s.H * s.W);
  std::vector<std::int64_t> common(n, 0), field(n);
  const auto channels = static_cast<std::uint64_t>(s.C);
  for (const Part& part : parts) part.add_to(common.data(), s, channels, within * shares.common);

  const CounterStream levels = stream("input field levels");
  const double level_unit = std::sqrt(shares.channel) * kNearGaussianUnit * kDeviation;
  std::vector<std::uint32_t> keys;
  keys.reserve(n * channels);
  for (std::uint64_t c = 0; c < channels; ++c) {
    const auto level =
        static_cast<std::int64_t>(static_cast<double>(near_gaussian(levels.block(c))) * level_unit);
    std::ranges::transform(common, field.begin(), [level](std::int64_t v) { return v + level; });
    for (const Part& part : parts) part.add_to(field.data(), s, c, within * (1.0 - shares.common));
    std::ranges::transform(field, std::back_inserter(keys), key_of);
  }
  return keys;
}

}  // namespace scnn::workloads
