#include "workloads/counter_rng.hpp"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>

using namespace scnn::workloads;

TEST_CASE("Philox4x32-10 gives the known answers published with it") {
  // Random123, tests/kat_vectors: counter, key, result.
  CHECK(philox4x32_10({0, 0, 0, 0}, {0, 0}) ==
        PhiloxCounter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox4x32_10({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
        PhiloxCounter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        PhiloxCounter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("A stream is named by seed, network, layer and tensor") {
  const CounterStream base(1, "alexnet", "conv1", "weights");
  const auto first = base.block(0);
  CHECK(first == CounterStream(1, "alexnet", "conv1", "weights").block(0));
  CHECK(first != CounterStream(2, "alexnet", "conv1", "weights").block(0));
  CHECK(first !=
        CounterStream(1 + (std::int64_t{1} << 32), "alexnet", "conv1", "weights").block(0));
  CHECK(first != CounterStream(1, "vgg16", "conv1", "weights").block(0));
  CHECK(first != CounterStream(1, "alexnet", "conv2", "weights").block(0));
  CHECK(first != CounterStream(1, "alexnet", "conv1", "input").block(0));
  // The boundary between names counts, not only their letters.
  CHECK(CounterStream(1, "ab", "c", "d").block(0) != CounterStream(1, "a", "bc", "d").block(0));
}

TEST_CASE("The counter's layout is index below, name hash above, seed as key") {
  // FNV-1a of "a\0b\0c\0", computed by hand from its definition.
  std::uint64_t h = 14695981039346656037u;
  for (unsigned byte : {97u, 0u, 98u, 0u, 99u, 0u}) h = (h ^ byte) * 1099511628211u;
  const PhiloxCounter counter{7, 5, static_cast<std::uint32_t>(h),
                              static_cast<std::uint32_t>(h >> 32)};
  CHECK(CounterStream(-2, "a", "b", "c").block((std::uint64_t{5} << 32) + 7) ==
        philox4x32_10(counter, {0xfffffffe, 0xffffffff}));
}

TEST_CASE("Words of a stream are the words of its blocks in order") {
  const CounterStream s(3, "n", "l", "t");
  for (std::uint64_t i = 0; i < 12; ++i) CHECK(s.word(i) == s.block(i / 4)[i % 4]);
}

TEST_CASE("The near-Gaussian is symmetric, odd and bounded") {
  // Complementing every bit mirrors the value.
  const CounterStream s(1, "n", "l", "t");
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const auto b = s.block(i);
    const PhiloxCounter mirrored{~b[0], ~b[1], ~b[2], ~b[3]};
    REQUIRE(near_gaussian(mirrored) == -near_gaussian(b));
    REQUIRE(near_gaussian(b) % 2 != 0);
  }
  const std::int64_t largest = near_gaussian({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff});
  CHECK(static_cast<double>(largest) * kNearGaussianUnit < kNearGaussianLimit);
  CHECK(static_cast<double>(largest) * kNearGaussianUnit > kNearGaussianLimit - 0.01);
  // The extremes are 33 in units of 2^33, less half a step of each uniform.
  CHECK(largest == (std::int64_t{33} << 33) - 3);
  CHECK(kNearGaussianUnit ==
        Approx(std::ldexp(1.0 / std::sqrt(16.0 + 1.0 / 6.0), -33)).epsilon(1e-15));
}

TEST_CASE("The near-Gaussian has the documented moments and tails") {
  constexpr int n = 4'000'000;
  const CounterStream s(1, "moments", "", "");
  double sum = 0, sum2 = 0, sum3 = 0, sum4 = 0;
  int beyond2 = 0, beyond4 = 0;
  for (int i = 0; i < n; ++i) {
    const double z = static_cast<double>(near_gaussian(s.block(static_cast<std::uint64_t>(i)))) *
                     kNearGaussianUnit;
    sum += z;
    sum2 += z * z;
    sum3 += z * z * z;
    sum4 += z * z * z * z;
    beyond2 += std::fabs(z) > 2;
    beyond4 += std::fabs(z) > 4;
  }
  // Bounds are four standard errors of the estimate at n samples.
  const double mean = sum / n, variance = sum2 / n;
  CHECK(std::fabs(mean) < 4 / std::sqrt(n));
  CHECK(std::fabs(variance - 1) < 4 * std::sqrt(2.0 / n));
  CHECK(std::fabs(sum3 / n) < 4 * std::sqrt(15.0 / n));
  CHECK(std::fabs(sum4 / n / (variance * variance) - 2.9693) < 4 * std::sqrt(24.0 / n));
  CHECK(std::fabs(beyond2 / double{n} - 0.045234) < 4 * std::sqrt(0.045234 / n));
  CHECK(std::fabs(beyond4 / double{n} - 4.657e-5) < 4 * std::sqrt(4.657e-5 / n));
}

TEST_CASE("Neighbouring elements of a stream are uncorrelated") {
  constexpr int n = 1'000'000;
  const CounterStream s(9, "correlation", "", "");
  double previous = 0, lag1 = 0;
  for (int i = 0; i < n; ++i) {
    const double z = static_cast<double>(near_gaussian(s.block(static_cast<std::uint64_t>(i)))) *
                     kNearGaussianUnit;
    lag1 += z * previous;
    previous = z;
  }
  CHECK(std::fabs(lag1 / n) < 4 / std::sqrt(n));
}

TEST_CASE("Every bit of a stream is set half of the time") {
  constexpr int n = 100'000;
  const CounterStream s(4, "bits", "", "");
  std::array<int, 32> ones{};
  for (std::uint64_t i = 0; i < n; ++i)
    for (int bit = 0; bit < 32; ++bit) ones[bit] += static_cast<int>(s.word(i) >> bit & 1);
  for (int count : ones) CHECK(std::abs(count - n / 2) < 4.5 * std::sqrt(n / 4.0));
}
