#include "workloads/counter_rng.hpp"

#include <bit>
#include <initializer_list>

namespace scnn::workloads {
namespace {

// Multipliers and Weyl constants of the 4x32 variant, as published.
constexpr std::uint64_t kMultiplier0 = 0xD2511F53;
constexpr std::uint64_t kMultiplier1 = 0xCD9E8D57;
constexpr std::uint32_t kWeyl0 = 0x9E3779B9;
constexpr std::uint32_t kWeyl1 = 0xBB67AE85;
constexpr int kRounds = 10;

constexpr std::uint32_t high(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); }
constexpr std::uint32_t low(std::uint64_t x) { return static_cast<std::uint32_t>(x); }

std::uint64_t hash_names(std::initializer_list<std::string_view> names) {
  std::uint64_t h = 0xCBF29CE484222325;  // FNV-1a, 64 bits
  const auto add = [&h](std::uint8_t byte) { h = (h ^ byte) * 0x100000001B3; };
  for (auto name : names) {
    for (char c : name) add(static_cast<std::uint8_t>(c));
    add(0);  // keeps ("ab", "c") apart from ("a", "bc")
  }
  return h;
}

}  // namespace

PhiloxCounter philox4x32_10(PhiloxCounter c, PhiloxKey k) {
  for (int round = 0; round < kRounds; ++round) {
    const std::uint64_t p0 = kMultiplier0 * c[0];
    const std::uint64_t p1 = kMultiplier1 * c[2];
    c = {high(p1) ^ c[1] ^ k[0], low(p1), high(p0) ^ c[3] ^ k[1], low(p0)};
    k = {k[0] + kWeyl0, k[1] + kWeyl1};
  }
  return c;
}

CounterStream::CounterStream(std::int64_t seed, std::string_view network, std::string_view layer,
                             std::string_view tensor) {
  const auto bits = static_cast<std::uint64_t>(seed);
  key_ = {low(bits), high(bits)};
  const std::uint64_t h = hash_names({network, layer, tensor});
  stream_ = {low(h), high(h)};
}

PhiloxCounter CounterStream::block(std::uint64_t index) const {
  return philox4x32_10({low(index), high(index), stream_[0], stream_[1]}, key_);
}

std::int64_t near_gaussian(const PhiloxCounter& b) {
  // In units of 2^-33: the first uniform is an odd number of units, the second an
  // even one, so that the sum is odd and the distribution symmetric about 0.
  constexpr std::int64_t one = std::int64_t{1} << 33;
  const std::int64_t ones = std::popcount(b[0]) + std::popcount(b[1]);
  const std::int64_t uniforms = 2 * std::int64_t{b[2]} + 1 + 4 * std::int64_t{b[3] >> 1} + 2;
  return (ones - 32) * one + uniforms - one;
}

}  // namespace scnn::workloads
