/// Random numbers without state: element i of a stream is a pure function of
/// (seed, network, layer, tensor, i), so a tensor depends neither on the order in
/// which tensors are made, nor on threads, nor on the processor.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace scnn::workloads {

using PhiloxCounter = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

/// One block of Philox4x32-10: 128 random bits from a counter and a key.
///
/// \source  Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3",
///          SC 2011; tested against the known answers published with it (Random123)
[[nodiscard]] PhiloxCounter philox4x32_10(PhiloxCounter counter, PhiloxKey key);

/// A stream of 2^64 blocks of 128 bits, named by what it fills.
///
/// The seed is Philox's key; a 64-bit hash of the names (FNV-1a, zero byte after each)
/// is the upper half of the counter, the index the lower half.
class CounterStream {
 public:
  CounterStream(std::int64_t seed, std::string_view network, std::string_view layer,
                std::string_view tensor);

  /// Block `index`: four independent words, each uniform over 2^32 values.
  [[nodiscard]] PhiloxCounter block(std::uint64_t index) const;

  /// Word `index` of the stream: word `index mod 4` of block `index / 4`.
  [[nodiscard]] std::uint32_t word(std::uint64_t index) const {
    return block(index / 4)[static_cast<std::size_t>(index % 4)];
  }

 private:
  PhiloxKey key_;
  std::array<std::uint32_t, 2> stream_;
};

/// A near-Gaussian integer from one block, symmetric about 0, never 0 and always odd,
/// in units of `kNearGaussianUnit` standard deviations.
///
/// It is the number of ones among 64 random bits, minus 32 (a binomial: variance 16),
/// plus two uniform numbers on (-1/2, 1/2) (variance 1/12 each), which fill the gaps
/// between the integers with a continuous, piecewise linear density. Moments, scaled
/// to unit variance: mean 0 exactly, variance 1 (the uniforms have 2^32 and 2^31 steps:
/// relative error below 1e-19), skewness 0 exactly, kurtosis 3 - 8.0167/16.1667^2 =
/// 2.9693. The tails are a little lighter than the Gaussian's: P(|z| > 2) = .0452 (Gaussian
/// .0455), P(|z| > 3) = .00250 (.00270), P(|z| > 4) = 4.7e-5 (6.3e-5); they end at
/// 33/sqrt(16.1667) = 8.21.
[[nodiscard]] std::int64_t near_gaussian(const PhiloxCounter& block);

/// `near_gaussian() * kNearGaussianUnit` has variance 1: 2^-33 / sqrt(16 + 1/6).
inline constexpr double kNearGaussianUnit = 0x1.fd5a9eebfd779p-36;

/// Largest value of `|near_gaussian() * kNearGaussianUnit|`, rounded up.
inline constexpr double kNearGaussianLimit = 8.21;

}  // namespace scnn::workloads
