/// S16's bank of a window entry, written down from the page; shares no code with the
/// machine.
#pragma once

#include <cstdint>
#include <map>

#include "memory/architecture.hpp"

namespace scnn::test {

/// The largest number up to `banks` that only 1 and itself divide; 1 for one bank.
inline std::int64_t largest_prime(std::int64_t banks) {
  for (std::int64_t n = banks; n > 1; --n) {
    std::int64_t divisors = 0;
    for (std::int64_t d = 1; d <= n; ++d) divisors += n % d == 0 ? 1 : 0;
    if (divisors == 2) return n;
  }
  return 1;
}

/// \param address  in a window of `rows` x `columns` entries per channel
inline std::int64_t bank_by_rule(const memory::Accumulator& accumulator, std::int64_t rows,
                                 std::int64_t columns, std::int64_t address) {
  const std::int64_t banks = accumulator.banks;
  const std::int64_t k = address / (rows * columns);
  const std::int64_t y = address / columns % rows, x = address % columns;
  std::int64_t folded = 0;
  switch (accumulator.bank_map) {
    case memory::BankMap::linear:
      return address % banks;
    case memory::BankMap::prime:
      return address % largest_prime(banks);
    case memory::BankMap::skewed:
      return (3 * k + 9 * y + x) % banks;
    case memory::BankMap::xor_folded:
      for (std::int64_t a = address; banks > 1 && a > 0; a /= banks) folded ^= a % banks;
      return folded;
  }
  return -1;
}

/// Entries of the bank that has most of them, counted one by one.
inline std::int64_t fullest_by_rule(const memory::Accumulator& accumulator, std::int64_t channels,
                                    std::int64_t rows, std::int64_t columns) {
  std::map<std::int64_t, std::int64_t> entries;
  std::int64_t most = 0;
  for (std::int64_t a = 0; a < channels * rows * columns; ++a) {
    const std::int64_t n = ++entries[bank_by_rule(accumulator, rows, columns, a)];
    if (n > most) most = n;
  }
  return most;
}

}  // namespace scnn::test
