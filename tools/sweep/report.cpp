#include "tools/sweep/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "tools/numbers.hpp"
#include "tools/sweep/batch.hpp"
#include "tools/table.hpp"

namespace scnn::cli::sweep {
namespace {

using Texts = std::vector<std::string>;

/// What one process does where nothing else is known: `scnn run --threads 1` of pruned AlexNet,
/// 230 M products in 0.33 s, reading and verification included (x86, AVX-512).
constexpr double kUsualProductsPerSecond = 7e8;
constexpr std::size_t kShownPoints = 8;
constexpr std::size_t kShownFront = 12;  ///< of each network
constexpr std::size_t kShownFailures = 5;
constexpr std::size_t kFirstAxis = 2;  ///< column of the first axis

std::string cell_text(const Column& column, std::size_t row) {
  if (const auto* texts = std::get_if<Texts>(&column.cells)) return (*texts)[row];
  if (const auto* counts = std::get_if<std::vector<std::uint64_t>>(&column.cells))
    return fmt::format("{}", (*counts)[row]);
  return fmt::format("{:.6g}", std::get<std::vector<double>>(column.cells)[row]);
}

const Column& column_of(const ResultTable& table, std::string_view name) {
  return *std::ranges::find(table.columns, name, &Column::name);
}

/// `alexnet, density 0.1, accumulator.banks 4`
std::string place_text(const ResultTable& table, std::size_t row) {
  std::string text = cell_text(table.columns[1], row);
  for (std::size_t a = 0; a < table.axes; ++a) {
    const Column& axis = table.columns[kFirstAxis + a];
    text += fmt::format(", {} {}", axis.name, cell_text(axis, row));
  }
  return text;
}

/// Networks, coordinates and the named columns of some rows.
std::string rows_text(const ResultTable& table, const std::vector<std::size_t>& rows,
                      const Texts& columns, const Layout& layout) {
  Table text(1);
  const auto add = [&](const Column& column, bool left) {
    Texts cells;
    cells.reserve(rows.size());
    for (const std::size_t row : rows) cells.push_back(cell_text(column, row));
    std::string heading = column.name;
    if (!column.unit.empty() && column.unit != column.name) heading += "\n" + column.unit;
    if (left)
      text.text(heading, std::move(cells));
    else
      text.cells(heading, std::move(cells));
  };
  add(table.columns[1], true);
  for (std::size_t a = 0; a < table.axes; ++a) add(table.columns[kFirstAxis + a], false);
  for (const std::string& name : columns) add(column_of(table, name), false);
  return text.str(layout);
}

std::vector<std::size_t> front_rows(const ResultTable& table) {
  const Column& front = column_of(table, "pareto");
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < table.rows(); ++row)
    if (table.done[row] && front.number(row) > 0.0) rows.push_back(row);
  return rows;
}

/// Network by network, in the order of the table, the first rows by a metric.
std::vector<std::size_t> best_of_front(const ResultTable& table, std::vector<std::size_t> rows,
                                       const Column& metric) {
  const auto& networks = std::get<Texts>(table.columns[1].cells);
  std::map<std::string, std::size_t> order;
  for (const std::string& name : networks) order.try_emplace(name, order.size());
  std::ranges::stable_sort(rows, {}, [&](std::size_t row) {
    return std::pair(order.at(networks[row]), metric.number(row));
  });
  std::vector<std::size_t> shown;
  std::map<std::string, std::size_t> count;
  for (const std::size_t row : rows)
    if (count[networks[row]]++ < kShownFront) shown.push_back(row);
  return shown;
}

Texts metric_columns(const ResultTable& table) {
  Texts names;
  for (const std::string& metric : table.metrics)
    names.push_back(metric.starts_with("max:") ? metric.substr(4) : metric);
  return names;
}

std::string duration_text(double seconds) {
  if (seconds < 100.0) return fmt::format("{:.0f} s", std::max(seconds, 1.0));
  if (seconds < 6000.0) return fmt::format("{:.0f} min", seconds / 60.0);
  return fmt::format("{:.1f} h", seconds / 3600.0);
}

double cost_of(const std::vector<const Point*>& points, int jobs) {
  double sum = 0.0;
  const auto size = batch_size(points.size(), static_cast<std::size_t>(jobs));
  for (const Batch& batch : make_batches(points, size)) sum += batch.cost();
  return sum;
}

}  // namespace

std::string dry_run_text(const Expansion& expansion, const std::vector<const Point*>& own, int jobs,
                         const Store& store, const Layout& layout) {
  const auto& points = expansion.points;
  std::string text = counted(points.size(), "point");
  if (expansion.filtered > 0) text += fmt::format(", {} left out by filters", expansion.filtered);
  if (expansion.sampled > 0) text += fmt::format(", {} left out by the sample", expansion.sampled);
  if (own.size() < points.size()) text += fmt::format("; {} of them to run", own.size());
  text += "\n";
  std::vector<const Point*> left;
  for (const Point* p : own)
    if (store.read(p->id).state != PointState::done) left.push_back(p);
  if (left.size() < own.size())
    text += fmt::format("{} have their results in {}\n", own.size() - left.size(),
                        store.folder().string());
  double products = 0.0;
  for (const Point* p : left) products += p->products;
  text += fmt::format(
      "about {:.3g} G products to simulate, {} with {} at a time at {:.1f} G products/s each\n\n",
      products / 1e9, duration_text(cost_of(left, jobs) / kUsualProductsPerSecond / jobs), jobs,
      kUsualProductsPerSecond / 1e9);
  text = reflowed(text, layout.width);
  Table table(1);
  const std::size_t shown = std::min(kShownPoints, own.size());
  const auto add = [&](const std::string& heading, const auto& of) {
    Texts cells;
    for (std::size_t i = 0; i < shown; ++i) cells.push_back(of(*own[i]));
    table.text(heading, std::move(cells));
  };
  add("point", [](const Point& p) { return p.id.substr(0, 12); });
  add("network", [](const Point& p) { return p.network; });
  for (std::size_t a = 0; a < expansion.keys.size(); ++a)
    add(column_name(expansion.keys[a]),
        [a](const Point& p) { return shown_coordinate(p.coordinates[a]); });
  text += table.str(layout);
  if (shown < own.size()) text += fmt::format("and {} more\n", own.size() - shown);
  return text;
}

std::string summary_text(const ResultTable& table, const Layout& layout) {
  const auto done = static_cast<std::size_t>(std::ranges::count(table.done, true));
  std::string text = fmt::format("{}: {}{} points\n", table.plan, done,
                                 done < table.rows() ? fmt::format(" of {}", table.rows()) : "");
  if (done == 0) return text;
  Texts metrics = metric_columns(table);
  Texts shown = metrics;
  for (const char* name : {"cycles", "area_mm2"})
    if (std::ranges::find(shown, name) == shown.end()) shown.emplace_back(name);
  text += "\nfewest cycles\n" + rows_text(table, fewest_cycles(table), shown, layout);
  if (table.metrics.empty()) return text;
  auto front = front_rows(table);
  const std::size_t all = front.size();
  text += fmt::format("\n{} points that no other beats in {}\n", front.size(),
                      fmt::join(table.metrics, ", "));
  front = best_of_front(table, std::move(front), column_of(table, metrics.front()));
  text += rows_text(table, front, metrics, layout);
  if (front.size() < all)
    text += fmt::format("and {} more: column pareto of the table\n", all - front.size());
  return text;
}

std::string failures_text(const ResultTable& table, const Store& store) {
  const auto& ids = std::get<Texts>(table.columns[0].cells);
  const auto& messages = std::get<Texts>(column_of(table, "message").cells);
  const auto failed = static_cast<std::size_t>(std::ranges::count(table.done, false));
  std::string text;
  std::size_t shown = 0;
  for (std::size_t row = 0; row < table.rows() && shown < kShownFailures; ++row) {
    if (table.done[row]) continue;
    text += fmt::format("scnn: error: point {} ({}): {}\n", ids[row].substr(0, 12),
                        place_text(table, row), messages[row]);
    ++shown;
  }
  if (shown < failed)
    text += fmt::format("scnn: error: and {} more points failed: {}\n", failed - shown,
                        (store.folder() / "table.csv").string());
  return text;
}

}  // namespace scnn::cli::sweep
