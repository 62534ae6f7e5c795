/// The geometry of one convolution (machine.md S1-S4).
#pragma once

#include <cstdint>
#include <string>

namespace scnn {

/// Floor and ceiling of a/b for b > 0 and any sign of a.
[[nodiscard]] constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b != 0 && a < 0 ? 1 : 0);
}
[[nodiscard]] constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
  return a / b + (a % b != 0 && a > 0 ? 1 : 0);
}

/// Shape of one convolution, batch 1: input `[C][H][W]`, weights
/// `[K][C/groups][R][S]`, output `[K][Ho][Wo]`; R pairs with H, S with W.
struct LayerShape {
  std::int64_t C = 1, H = 1, W = 1;
  std::int64_t K = 1, R = 1, S = 1;
  std::int64_t stride_h = 1, stride_w = 1;
  std::int64_t pad_top = 0, pad_bottom = 0, pad_left = 0, pad_right = 0;
  std::int64_t dilation_h = 1, dilation_w = 1;
  std::int64_t groups = 1;

  /// Input and output channels of one convolution group.
  [[nodiscard]] std::int64_t group_C() const { return C / groups; }
  [[nodiscard]] std::int64_t group_K() const { return K / groups; }
  /// Output rows and columns (S2); not positive when the kernel does not fit.
  [[nodiscard]] std::int64_t Ho() const {
    return floor_div(H + pad_top + pad_bottom - dilation_h * (R - 1) - 1, stride_h) + 1;
  }
  [[nodiscard]] std::int64_t Wo() const {
    return floor_div(W + pad_left + pad_right - dilation_w * (S - 1) - 1, stride_w) + 1;
  }
  [[nodiscard]] std::int64_t weight_count() const { return K * group_C() * R * S; }
  [[nodiscard]] std::int64_t input_count() const { return C * H * W; }
  [[nodiscard]] std::int64_t output_count() const { return K * Ho() * Wo(); }
  /// Multiplies of the dense layer: `K * Ho * Wo * C/groups * R * S`.
  [[nodiscard]] std::int64_t multiplies() const { return output_count() * group_C() * R * S; }

  friend bool operator==(const LayerShape&, const LayerShape&) = default;
};

/// Throws InputError at `where` unless every dimension is positive, the groups
/// divide C and K, the output plane is not empty, and no tensor of the layer has
/// more than 2^31 elements. Call before any allocation from a file's numbers.
void validate_shape(const LayerShape& shape, const std::string& where);

}  // namespace scnn
