/// The table of a sweep: a row per point, with every coordinate and every counter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tools/sweep/plan.hpp"
#include "tools/sweep/points.hpp"
#include "tools/sweep/store.hpp"

namespace scnn::cli::sweep {

inline constexpr const char* kTableSchema = "scnn-sweep-table/1";

/// Cells of one column, a row each; where a point failed, numbers are 0 and texts empty.
struct Column {
  std::string name;
  std::string unit;  ///< empty where there is none
  std::variant<std::vector<std::string>, std::vector<std::uint64_t>, std::vector<double>> cells;

  /// A number of the column. \pre no texts
  [[nodiscard]] double number(std::size_t row) const;
};

/// Columns `point`, `network`, one per axis, `status`, `message`, every counter's total,
/// `area_mm2`, energies in pJ when there are any, and `pareto` (1 on the front) when asked for.
struct ResultTable {
  std::string plan;
  std::size_t axes = 0;  ///< columns from number 2 on
  std::vector<Column> columns;
  std::vector<bool> done;            ///< by row
  std::vector<std::string> metrics;  ///< of the front

  [[nodiscard]] std::size_t rows() const { return done.size(); }
  /// \throws InputError at `where` when there is no such column of numbers
  [[nodiscard]] const Column& numeric(std::string_view name, const std::string& where) const;
};

/// Reads every point. \throws InputError when one is missing
[[nodiscard]] ResultTable make_table(const Plan& plan, const Expansion& expansion,
                                     const Store& store);

/// Throws InputError at `where` when the table of the plan will not have one of the metrics,
/// so that it is noticed before the work.
void check_columns(const Plan& plan, const Expansion& expansion,
                   const std::vector<std::string>& metrics, const std::string& where);

/// Adds the column of the front. A metric is a column to be small, or `max:COLUMN`; fronts
/// are those of each network. \throws InputError at `where`
void add_front(ResultTable& table, const std::vector<std::string>& metrics,
               const std::string& where);

/// Of each network, in the order of the table, the row with the fewest cycles.
[[nodiscard]] std::vector<std::size_t> fewest_cycles(const ResultTable& table);

[[nodiscard]] std::string csv_text(const ResultTable& table);
[[nodiscard]] nlohmann::ordered_json to_json(const ResultTable& table);
/// HDF5: a dataset per column; where a point failed NaN, -1 or an empty text. \throws OutputError
void write_hdf5(const ResultTable& table, const std::filesystem::path& path);

}  // namespace scnn::cli::sweep
