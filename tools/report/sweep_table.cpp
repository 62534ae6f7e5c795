#include "tools/report/sweep_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sim/result_reader.hpp"
#include "sparse_formats/error.hpp"

namespace scnn::cli::report {
namespace {

Column read_column(const ordered_json& object, const workloads::JsonPlace& place) {
  const ordered_json& axis = sim::require_member(object, place, "axis");
  if (!axis.is_boolean())
    throw InputError((place / "axis").text(),
                     fmt::format("found {}, expected true or false", workloads::shown(axis)));
  return {sim::require_text(object, place, "name"), sim::require_text(object, place, "unit"),
          axis.get<bool>()};
}

}  // namespace

Table read_table(const Input& input) {
  Table table;
  const ordered_json& columns = require_array(input.object, input.place(), "columns");
  for (std::size_t i = 0; i < columns.size(); ++i)
    table.columns.push_back(read_column(columns[i], input.place() / "columns" / std::to_string(i)));
  for (const char* needed : {"point", "network", "status", "cycles", "dcnn_cycles"})
    if (!table.find(needed))
      throw InputError((input.place() / "columns").text(),
                       fmt::format("has no column \"{}\", expected one", needed));
  const ordered_json& rows = require_array(input.object, input.place(), "rows");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].is_array() || rows[i].size() != columns.size())
      throw InputError((input.place() / "rows" / std::to_string(i)).text(),
                       fmt::format("found {}, expected an array of {} cells",
                                   workloads::shown(rows[i]), columns.size()));
    if (rows[i][*table.find("status")] == "done")
      table.rows.push_back(&rows[i]);
    else
      ++table.failed;
  }
  return table;
}

std::string field_of(std::string name) {
  std::ranges::replace_if(
      name, [](char c) { return c == '.' || c == '[' || c == ']' || c == '\\' || c == '\''; }, '_');
  return name;
}

std::string titled(const Column& column) {
  std::string name = column.name;
  if (column.unit.empty() || name == column.unit) return name;
  if (const std::string suffix = "_" + column.unit; name.ends_with(suffix))
    name.resize(name.size() - suffix.size());
  return fmt::format("{} ({})", name, column.unit == "mm2" ? "mm²" : column.unit);
}

std::size_t different(const Table& table, std::size_t column) {
  std::set<std::string> values;
  for (const ordered_json* row : table.rows) values.insert((*row)[column].dump());
  return values.size();
}

Range range_of(const Dataset& data, std::string_view field) {
  const auto column =
      static_cast<std::size_t>(std::ranges::find(data.columns, field) - data.columns.begin());
  std::vector<double> numbers;
  for (const ordered_json& row : data.rows)
    if (row[column].is_number()) numbers.push_back(row[column].get<double>());
  if (numbers.empty()) return {};
  const auto [low, high] = std::ranges::minmax(numbers);
  return {low, high};
}

}  // namespace scnn::cli::report
