/// Quantisation of float tensors to signed integers (machine.md S5).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace scnn {

/// Integers and the scale that turns them back: `x ~ values * scale`.
struct Quantised {
  std::vector<std::int32_t> values;
  double scale = 1.0;
};

/// The scale of a tensor with the given largest magnitude: `max|x| / (2^(bits-1) - 1)`,
/// 1 for a tensor of zeros.
[[nodiscard]] double quantisation_scale(double max_magnitude, int bits);

/// `round-half-to-even(x / scale)` in double precision.
/// \pre the result is within 32 bits
[[nodiscard]] inline std::int32_t quantise_value(double x, double scale) {
  // Near 1.5 * 2^52 neighbouring doubles are one apart, so the addition rounds, half to even.
  constexpr double kWhole = 6755399441055744.0;
  return static_cast<std::int32_t>((x / scale + kWhole) - kWhole);
}

/// Quantises a whole tensor with one scale.
/// \param bits  width of the signed result, 2 to 16
[[nodiscard]] Quantised quantise(std::span<const float> x, int bits);

/// True when v fits a signed integer of the given width.
[[nodiscard]] constexpr bool fits_signed(std::int64_t v, int bits) {
  const std::int64_t limit = std::int64_t{1} << (bits - 1);
  return v >= -limit && v < limit;
}

}  // namespace scnn
