/// Numbers as tables show them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace scnn::cli {

/// `102,851`
[[nodiscard]] std::string grouped(std::uint64_t value);

/// `1 point`, `2 points`
[[nodiscard]] std::string counted(std::size_t count, std::string_view what);

/// Fixed decimals; a dash where there is no number.
[[nodiscard]] std::string fixed(std::optional<double> value, int decimals);

/// `a / b`, nothing when b is 0.
[[nodiscard]] std::optional<double> ratio(std::uint64_t a, std::uint64_t b);

/// A column of counts in one unit.
struct ScaledCounts {
  std::string_view prefix;  ///< "" below a million, else "k", "M" or "G"
  std::vector<std::string> cells;
};

/// Brings counts to the unit in which the largest has at most five digits before the point.
[[nodiscard]] ScaledCounts scaled(std::span<const std::uint64_t> counts);

/// `12.3 MiB`
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);

}  // namespace scnn::cli
