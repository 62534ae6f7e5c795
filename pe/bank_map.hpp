/// Which accumulator bank holds an address (machine.md S16).
#pragma once

#include <cstdint>
#include <vector>

#include "memory/architecture.hpp"

namespace scnn::pe {

/// Bank of every address of a window, as a table: a look-up costs the same for every
/// number of banks.
class BankMap {
 public:
  BankMap() = default;
  BankMap(const memory::Accumulator& accumulator, std::int64_t window_entries) {
    banks_.reserve(static_cast<std::size_t>(window_entries));
    for (std::int64_t a = 0; a < window_entries; ++a)
      banks_.push_back(static_cast<std::uint16_t>(a % accumulator.banks));
  }
  [[nodiscard]] std::uint16_t bank(std::int64_t address) const {
    return banks_[static_cast<std::size_t>(address)];
  }

 private:
  std::vector<std::uint16_t> banks_;
};

}  // namespace scnn::pe
