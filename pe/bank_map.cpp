#include "pe/bank_map.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <numeric>

namespace scnn::pe {
namespace {

// The pitches of `skewed`: three channels, rows and columns side by side are 27 banks.
constexpr std::int64_t kSkewedChannel = 3, kSkewedRow = 9;

bool is_prime(std::int64_t n) {
  for (std::int64_t d = 2; d * d <= n; ++d)
    if (n % d == 0) return false;
  return n > 1;
}

/// Digits of `address` to the base `banks`, a power of two, xor one another.
std::int64_t folded(std::int64_t address, std::int64_t banks) {
  const int digit = std::countr_zero(static_cast<std::uint64_t>(banks));
  std::int64_t bank = 0;
  for (; digit > 0 && address > 0; address >>= digit) bank ^= address & (banks - 1);
  return bank;
}

/// Entries in the fullest bank when every row of the window starts at a bank of its own.
std::int64_t fullest_of_rows(const BankPitches& p, const Window& w) {
  // A row goes round the banks as often as it can. The run that is left of it may end
  // beyond the last bank, in the next round: changes of depth along two rounds.
  std::vector<std::int64_t> depth(static_cast<std::size_t>(2 * p.banks), 0);
  for (std::int64_t k = 0; k < w.channels; ++k)
    for (std::int64_t y = 0; y < w.rows; ++y) {
      const std::int64_t first = p.bank(k, y, 0);
      ++depth[static_cast<std::size_t>(first)];
      --depth[static_cast<std::size_t>(first + w.columns % p.banks)];
    }
  std::partial_sum(depth.begin(), depth.end(), depth.begin());
  const auto second = depth.begin() + p.banks;
  std::transform(depth.begin(), second, second, depth.begin(), std::plus<>());
  return w.channels * w.rows * (w.columns / p.banks) + *std::max_element(depth.begin(), second);
}

}  // namespace

std::int64_t banks_in_use(const memory::Accumulator& a) {
  std::int64_t banks = a.banks;
  if (a.bank_map == memory::BankMap::prime)
    while (banks > 1 && !is_prime(banks)) --banks;
  return banks;
}

std::optional<BankPitches> bank_pitches(const memory::Accumulator& a, const Window& w) {
  switch (a.bank_map) {
    case memory::BankMap::linear:
    case memory::BankMap::prime:
      return BankPitches{banks_in_use(a), w.rows * w.columns, w.columns};
    case memory::BankMap::skewed:
      return BankPitches{a.banks, kSkewedChannel, kSkewedRow};
    case memory::BankMap::xor_folded:
      return std::nullopt;
  }
  return std::nullopt;
}

std::int64_t fullest_bank(const memory::Accumulator& a, const Window& w) {
  // All others take so many addresses in a row once each.
  if (a.bank_map == memory::BankMap::skewed) return fullest_of_rows(*bank_pitches(a, w), w);
  const std::int64_t banks = banks_in_use(a);
  return (w.entries() + banks - 1) / banks;
}

BankMap::BankMap(const memory::Accumulator& accumulator, const Window& w) {
  banks_.reserve(static_cast<std::size_t>(w.entries()));
  const auto pitches = bank_pitches(accumulator, w);
  for (std::int64_t k = 0; k < w.channels; ++k)
    for (std::int64_t y = 0; y < w.rows; ++y)
      for (std::int64_t x = 0; x < w.columns; ++x)
        banks_.push_back(static_cast<std::uint16_t>(
            pitches ? pitches->bank(k, y, x) : folded(std::ssize(banks_), accumulator.banks)));
}

}  // namespace scnn::pe
