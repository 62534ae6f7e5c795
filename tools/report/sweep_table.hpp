/// The table of a sweep.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/report/input.hpp"
#include "tools/report/model.hpp"

namespace scnn::cli::report {

using nlohmann::ordered_json;

struct Column {
  std::string name, unit;
  bool axis = false;
};

/// Failed points left out.
struct Table {
  std::vector<Column> columns;
  std::vector<const ordered_json*> rows;
  std::size_t failed = 0;

  [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const {
    const auto found = std::ranges::find(columns, name, &Column::name);
    if (found == columns.end()) return std::nullopt;
    return static_cast<std::size_t>(found - columns.begin());
  }
  [[nodiscard]] bool is_numeric(std::size_t column) const {
    return !rows.empty() && std::ranges::all_of(rows, [column](const ordered_json* row) {
      return (*row)[column].is_number();
    });
  }
};

/// The numbers of a column from the least to the most.
struct Range {
  double low = 0.0, high = 0.0;
  [[nodiscard]] bool is_wide() const { return low > 0.0 && high > 8.0 * low; }  ///< for logarithms
};

/// \throws InputError
[[nodiscard]] Table read_table(const Input& input);
/// A column's name as a field of the data: Vega reads dots and brackets in names as paths.
[[nodiscard]] std::string field_of(std::string name);
/// `area (mm²)` of a column area_mm2.
[[nodiscard]] std::string titled(const Column& column);
/// How many different values a column has.
[[nodiscard]] std::size_t different(const Table& table, std::size_t column);
/// Of the numbers of a column of the data.
[[nodiscard]] Range range_of(const Dataset& data, std::string_view field);

/// Every point as a line over the sweep's axes and the metrics chosen first.
/// Adds the datasets `parallel` and `parallel_ticks` to those of `points`.
[[nodiscard]] Chart parallel_chart(Section& section, const Table& table, const ordered_json& tips);

}  // namespace scnn::cli::report
