#include "tools/numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace scnn::cli {
namespace {

/// Puts a comma after every third digit before the point.
std::string with_commas(std::string digits) {
  const auto point = std::min(digits.find('.'), digits.size());
  for (std::size_t at = point; at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

struct Unit {
  std::uint64_t size;
  std::string_view prefix;
  std::uint64_t limit;  ///< largest count it is used for
};
// Counts below a million are shown exactly.
constexpr std::array kUnits{
    Unit{1, "", 999'999},
    Unit{1'000, "k", 99'999'999},
    Unit{1'000'000, "M", 99'999'999'999},
    Unit{1'000'000'000, "G", UINT64_MAX},
};

}  // namespace

std::string grouped(std::uint64_t value) { return with_commas(std::to_string(value)); }

std::string counted(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string fixed(std::optional<double> value, int decimals) {
  return value ? fmt::format("{:.{}f}", *value, decimals) : "-";
}

std::optional<double> ratio(std::uint64_t a, std::uint64_t b) {
  if (b == 0) return std::nullopt;
  return static_cast<double>(a) / static_cast<double>(b);
}

ScaledCounts scaled(std::span<const std::uint64_t> counts) {
  const std::uint64_t largest = counts.empty() ? 0 : *std::ranges::max_element(counts);
  const Unit& unit =
      *std::ranges::find_if(kUnits, [largest](const Unit& u) { return largest <= u.limit; });
  ScaledCounts result{.prefix = unit.prefix, .cells = {}};
  for (const std::uint64_t count : counts)
    result.cells.push_back(
        unit.size == 1 ? grouped(count)
                       : with_commas(fmt::format("{:.1f}", static_cast<double>(count) /
                                                               static_cast<double>(unit.size))));
  return result;
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr double kStep = 1024.0;
  constexpr std::array units{"bytes", "KiB", "MiB", "GiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= kStep && unit + 1 < units.size(); ++unit) value /= kStep;
  return unit == 0 ? fmt::format("{} bytes", bytes) : fmt::format("{:.1f} {}", value, units[unit]);
}

}  // namespace scnn::cli
