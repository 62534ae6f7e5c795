#include "tools/sweep/result_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "memory/counters.hpp"
#include "sim/area.hpp"
#include "sim/csv.hpp"
#include "sim/energy_report.hpp"
#include "sim/result_reader.hpp"
#include "sparse_formats/error.hpp"
#include "tools/host.hpp"
#include "tools/sweep/pareto.hpp"
#include "workloads/hdf5_output.hpp"

namespace scnn::cli::sweep {
namespace {

using nlohmann::ordered_json;
using Texts = std::vector<std::string>;
using Counts = std::vector<std::uint64_t>;
using Numbers = std::vector<double>;

constexpr std::string_view kToBeLarge = "max:";

/// What the table takes from a point's result.
struct Row {
  bool done = false;
  std::string message;
  memory::Counters counters;
  std::map<std::string, double> energies;  ///< `scnn_total_pJ` and so on
};

void add_energies(const ordered_json& energy, std::map<std::string, double>& energies) {
  for (const auto& machine : energy.items())
    for (const auto& component : machine.value().items())
      energies[fmt::format("{}_{}_pJ", machine.key(), component.key())] =
          component.value().get<double>();
}

Row read_row(const Point& point, const Store& store) {
  const PointRecord record = store.read(point.id);
  const std::string file = store.file_of(point.id).string();
  Row row;
  row.message = record.message;
  if (record.state == PointState::failed) return row;
  if (record.state != PointState::done)
    throw InputError(file, "the point's result is missing, expected all (see --resume)");
  row.done = true;
  row.counters = sim::read_result(record.result, file).total;
  const ordered_json& total = record.result.at("total");
  if (total.contains("energy")) add_energies(total.at("energy"), row.energies);
  return row;
}

/// Columns of energies, in the order of the file.
std::vector<std::string> energy_names() {
  std::vector<std::string> names;
  std::map<std::string, double> energies;
  add_energies(sim::to_json(sim::EnergyComparison{}), energies);
  for (const auto& energy : energies) names.push_back(energy.first);
  return names;
}

template <class Cells, class Of>
Column column(std::string name, std::string unit, std::size_t rows, const Of& of) {
  Cells cells;
  cells.reserve(rows);
  for (std::size_t i = 0; i < rows; ++i) cells.push_back(of(i));
  return {std::move(name), std::move(unit), std::move(cells)};
}

/// The values of an axis as numbers where all are, else as texts.
Column axis_column(const Expansion& expansion, std::size_t axis) {
  const auto& points = expansion.points;
  const std::string name = column_name(expansion.keys[axis]);
  const auto value = [&](std::size_t i) -> const ordered_json& {
    return points[i].coordinates[axis];
  };
  const auto all = [&](auto is) {
    return std::ranges::all_of(points, [&](const Point& p) { return is(p.coordinates[axis]); });
  };
  if (all([](const ordered_json& v) {
        return v.is_number_unsigned() || (v.is_number_integer() && v.get<std::int64_t>() >= 0);
      }))
    return column<Counts>(name, "", points.size(),
                          [&](std::size_t i) { return value(i).get<std::uint64_t>(); });
  if (all([](const ordered_json& v) { return v.is_number(); }))
    return column<Numbers>(name, "", points.size(),
                           [&](std::size_t i) { return value(i).get<double>(); });
  return column<Texts>(name, "", points.size(),
                       [&](std::size_t i) { return shown_coordinate(value(i)); });
}

void add_results(ResultTable& table, const std::vector<Row>& rows, const Expansion& expansion) {
  for (const auto& info : memory::counter_table())
    table.columns.push_back(
        column<Counts>(std::string(info.name), std::string(info.unit), rows.size(),
                       [&](std::size_t i) { return rows[i].counters.*info.member; }));
  table.columns.push_back(column<Numbers>("area_mm2", "mm2", rows.size(), [&](std::size_t i) {
    return sim::accelerator_area(expansion.points[i].arch);
  }));
  const auto priced = std::ranges::find_if(rows, [](const Row& r) { return !r.energies.empty(); });
  if (priced == rows.end()) return;
  for (const auto& energy : priced->energies)
    table.columns.push_back(column<Numbers>(energy.first, "pJ", rows.size(), [&](std::size_t i) {
      return rows[i].done ? rows[i].energies.at(energy.first) : 0.0;
    }));
}

template <class Cell>
void add_cell(sim::CsvRow& line, const Cell& cell) {
  if constexpr (std::is_same_v<Cell, std::string>)
    line.text(cell);
  else if constexpr (std::is_same_v<Cell, std::uint64_t>)
    line.integer(cell);
  else
    line.number(cell);
}

/// Results of a failing point are no zeros: they are not there.
bool shown_when_failed(const ResultTable& table, std::size_t column) {
  return column < table.axes + 4;
}

/// Values of a column, and something else where a point failed and has none.
template <class T, class U>
std::vector<T> without_failed(std::vector<T> values, const ResultTable& table, std::size_t column,
                              U instead) {
  for (std::size_t row = 0; row < values.size(); ++row)
    if (!table.done[row] && !shown_when_failed(table, column)) values[row] = instead;
  return values;
}

}  // namespace

double Column::number(std::size_t row) const {
  if (const auto* counts = std::get_if<Counts>(&cells)) return static_cast<double>((*counts)[row]);
  return std::get<Numbers>(cells)[row];
}

const Column& ResultTable::numeric(std::string_view name, const std::string& where) const {
  const auto found = std::ranges::find_if(columns, [&](const Column& c) {
    return c.name == name && !std::holds_alternative<Texts>(c.cells);
  });
  if (found == columns.end())
    throw InputError(where,
                     fmt::format("found \"{}\", expected a column of numbers of the table, "
                                 "such as cycles, area_mm2 or dram_weight_bits{}",
                                 name, name.ends_with("_pJ") ? "; energies need \"energy\"" : ""));
  return *found;
}

ResultTable make_table(const Plan& plan, const Expansion& expansion, const Store& store) {
  std::vector<Row> rows;
  rows.reserve(expansion.points.size());
  for (const Point& point : expansion.points) rows.push_back(read_row(point, store));
  const std::size_t n = rows.size();
  const auto& points = expansion.points;
  ResultTable table;
  table.plan = plan.name;
  table.axes = expansion.keys.size();
  for (const Row& row : rows) table.done.push_back(row.done);
  table.columns.push_back(column<Texts>("point", "", n, [&](auto i) { return points[i].id; }));
  table.columns.push_back(
      column<Texts>("network", "", n, [&](auto i) { return points[i].network; }));
  for (std::size_t a = 0; a < table.axes; ++a) table.columns.push_back(axis_column(expansion, a));
  table.columns.push_back(column<Texts>(
      "status", "", n, [&](auto i) { return std::string(rows[i].done ? "done" : "failed"); }));
  table.columns.push_back(column<Texts>("message", "", n, [&](auto i) { return rows[i].message; }));
  add_results(table, rows, expansion);
  return table;
}

void check_columns(const Plan& plan, const Expansion& expansion,
                   const std::vector<std::string>& metrics, const std::string& where) {
  ResultTable table;
  for (std::size_t a = 0; a < expansion.keys.size(); ++a)
    table.columns.push_back(axis_column(expansion, a));
  add_results(table, {}, {});
  if (plan.energy)
    for (const std::string& name : energy_names()) table.columns.push_back({name, "pJ", Numbers{}});
  for (const std::string& metric : metrics)
    static_cast<void>(table.numeric(
        metric.starts_with(kToBeLarge) ? metric.substr(kToBeLarge.size()) : metric, where));
}

void add_front(ResultTable& table, const std::vector<std::string>& metrics,
               const std::string& where) {
  std::vector<const Column*> columns;
  std::vector<double> signs;
  for (const std::string& metric : metrics) {
    const bool large = metric.starts_with(kToBeLarge);
    columns.push_back(&table.numeric(large ? metric.substr(kToBeLarge.size()) : metric, where));
    signs.push_back(large ? -1.0 : 1.0);
  }
  const auto& networks = std::get<Texts>(table.columns[1].cells);
  std::map<std::string, std::vector<std::size_t>> by_network;
  for (std::size_t i = 0; i < table.rows(); ++i)
    if (table.done[i]) by_network[networks[i]].push_back(i);
  Counts front(table.rows(), 0);
  for (const auto& network : by_network) {
    std::vector<std::vector<double>> points;
    for (const std::size_t row : network.second) {
      points.emplace_back();
      for (std::size_t m = 0; m < columns.size(); ++m)
        points.back().push_back(signs[m] * columns[m]->number(row));
    }
    const auto on_front = pareto_front(points);
    for (std::size_t i = 0; i < on_front.size(); ++i)
      front[network.second[i]] = on_front[i] ? 1 : 0;
  }
  table.metrics = metrics;
  table.columns.push_back({"pareto", "", std::move(front)});
}

std::vector<std::size_t> fewest_cycles(const ResultTable& table) {
  const Column& cycles = table.numeric("cycles", "table");
  const auto& networks = std::get<Texts>(table.columns[1].cells);
  std::vector<std::size_t> best;
  std::map<std::string, std::size_t> place;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (!table.done[row]) continue;
    const auto [known, added] = place.try_emplace(networks[row], best.size());
    if (added)
      best.push_back(row);
    else if (cycles.number(row) < cycles.number(best[known->second]))
      best[known->second] = row;
  }
  return best;
}

std::string csv_text(const ResultTable& table) {
  sim::CsvRow line;
  for (const Column& c : table.columns) line.text(c.name);
  std::string text = line.take();
  for (std::size_t i = 0; i < table.rows(); ++i) {
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
      if (!table.done[i] && !shown_when_failed(table, c))
        line.empty();
      else
        std::visit([&](const auto& cells) { add_cell(line, cells[i]); }, table.columns[c].cells);
    }
    text += line.take();
  }
  return text;
}

ordered_json to_json(const ResultTable& table) {
  const sim::Provenance own = program_provenance();
  ordered_json object{{"schema", kTableSchema},
                      {"plan", table.plan},
                      {"provenance", {{"version", own.version}, {"git_commit", own.git_commit}}},
                      {"pareto", table.metrics}};
  ordered_json& best = object["fewest_cycles"] = ordered_json::object();
  for (const std::size_t row : fewest_cycles(table))
    best[std::get<Texts>(table.columns[1].cells)[row]] =
        std::get<Texts>(table.columns[0].cells)[row];
  ordered_json& columns = object["columns"] = ordered_json::array();
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const bool axis = c >= 2 && c < 2 + table.axes;
    columns.push_back(
        {{"name", table.columns[c].name}, {"unit", table.columns[c].unit}, {"axis", axis}});
  }
  ordered_json& rows = object["rows"] = ordered_json::array();
  for (std::size_t i = 0; i < table.rows(); ++i) {
    ordered_json row = ordered_json::array();
    for (std::size_t c = 0; c < table.columns.size(); ++c)
      if (!table.done[i] && !shown_when_failed(table, c))
        row.push_back(nullptr);
      else
        std::visit([&](const auto& cells) { row.push_back(cells[i]); }, table.columns[c].cells);
    rows.push_back(std::move(row));
  }
  return object;
}

void write_hdf5(const ResultTable& table, const std::filesystem::path& path) {
  namespace hdf5 = workloads::hdf5;
  hdf5::OutputFile file(path);
  {
    hdf5::OutputGroup root = file.root();
    root.write_text("format", kTableSchema);
    root.write_text("plan", table.plan);
    root.write_texts("pareto_metrics", table.metrics);
    hdf5::OutputGroup columns = root.create_group("columns");
    const hdf5::Dims dims{static_cast<std::int64_t>(table.rows())};
    Texts order;
    for (std::size_t place = 0; place < table.columns.size(); ++place) {
      const Column& c = table.columns[place];
      order.push_back(c.name);
      if (const auto* numbers = std::get_if<Numbers>(&c.cells)) {
        columns
            .write_dataset(c.name, dims,
                           std::span<const double>(without_failed(
                               *numbers, table, place, std::numeric_limits<double>::quiet_NaN())))
            .write_text("unit", c.unit);
      } else if (const auto* counts = std::get_if<Counts>(&c.cells)) {
        const auto values = without_failed(
            std::vector<std::int64_t>(counts->begin(), counts->end()), table, place, -1);
        columns.write_dataset(c.name, dims, std::span<const std::int64_t>(values))
            .write_text("unit", c.unit);
      } else {
        columns.write_text_dataset(c.name, std::get<Texts>(c.cells));
      }
    }
    columns.write_texts("order", order);
  }
  file.commit();
}

}  // namespace scnn::cli::sweep
