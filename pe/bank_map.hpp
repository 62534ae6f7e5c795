/// Which accumulator bank holds an entry of a PE's window (machine.md S16).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "memory/architecture.hpp"

namespace scnn::pe {

/// Accumulator entries of one PE: `[channels][rows][columns]`.
struct Window {
  std::int64_t channels = 0, rows = 0, columns = 0;
  [[nodiscard]] std::int64_t entries() const { return channels * rows * columns; }
};

/// Maps in which a step along an axis is a step of as many banks, wherever it starts:
/// `bank = (channel * k + row * y + x) mod banks` for entry (k, y, x) of the window.
struct BankPitches {
  std::int64_t banks = 1;  ///< in use
  std::int64_t channel = 0, row = 0;

  /// \param y, x  may lie outside the window, on either side
  [[nodiscard]] std::int64_t bank(std::int64_t k, std::int64_t y, std::int64_t x) const {
    const std::int64_t b = (channel * k + row * y + x) % banks;
    return b < 0 ? b + banks : b;
  }
};

/// Banks that some address falls into: the first so many.
[[nodiscard]] std::int64_t banks_in_use(const memory::Accumulator& accumulator);

/// \return nothing for a map that has no pitches: `xor`
[[nodiscard]] std::optional<BankPitches> bank_pitches(const memory::Accumulator& accumulator,
                                                      const Window& window);

/// Addresses of the window in the bank that holds most of them (S10).
[[nodiscard]] std::int64_t fullest_bank(const memory::Accumulator& accumulator,
                                        const Window& window);

/// Bank of every address of a window, as a table: a look-up costs the same for every
/// map and number of banks.
class BankMap {
 public:
  BankMap() = default;
  BankMap(const memory::Accumulator& accumulator, const Window& window);
  [[nodiscard]] std::uint16_t bank(std::int64_t address) const {
    return banks_[static_cast<std::size_t>(address)];
  }

 private:
  std::vector<std::uint16_t> banks_;
};

}  // namespace scnn::pe
