#include "tools/validation/report_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/csv.hpp"
#include "tools/numbers.hpp"
#include "tools/table.hpp"

namespace scnn::cli::validation {
namespace {

using nlohmann::ordered_json;

std::string row_name(const Row& row) {
  if (row.network.empty()) return row.name;
  return row.name.empty() ? row.network : fmt::format("{} {}", row.network, row.name);
}

/// A heading on one line.
std::string flat(std::string heading) {
  std::ranges::replace(heading, '\n', ' ');
  return heading;
}

std::string measure_text(const Measure& m) {
  const bool share = m.unit == "1";
  std::string text = fmt::format("{}: {:.{}f}{}", m.name, m.value, share ? 3 : 1,
                                 share ? "" : fmt::format(" {}", m.unit));
  if (m.target)
    text += fmt::format(" ({} {}{})", m.met() ? "target: at most" : "MISSES its target of at most",
                        *m.target, share ? "" : fmt::format(" {}", m.unit));
  return text;
}

std::vector<std::string> reasons(const Figure& figure) {
  std::vector<std::string> lines;
  for (const Row& row : figure.rows)
    if (!row.why.empty()) lines.push_back(fmt::format("{}: {}", row_name(row), row.why));
  return lines;
}

ordered_json or_null(const Cell& cell) {
  return cell ? ordered_json(*cell) : ordered_json(nullptr);
}

}  // namespace

std::string text_of(const Figure& figure, const Layout& layout) {
  Table table;
  std::vector<std::string> names;
  for (const Row& row : figure.rows) names.push_back(row_name(row));
  table.text("", names);
  for (std::size_t c = 0; c < figure.columns.size(); ++c) {
    std::vector<Cell> cells;
    for (const Row& row : figure.rows) cells.push_back(row.cells.at(c));
    table.numbers(figure.columns[c].name, cells, figure.columns[c].decimals);
  }
  std::string text = layout.heading(fmt::format("{}: {}", figure.id, figure.title)) + '\n';
  if (!figure.source.empty()) text += filled(figure.source, layout.width);
  text += '\n' + table.str(layout) + '\n';
  for (const std::string& line : reasons(figure)) text += filled(line, layout.width);
  for (const Measure& m : figure.measures) text += filled(measure_text(m), layout.width);
  for (const std::string& note : figure.notes) text += filled(note, layout.width);
  return text;
}

std::string markdown_of(const Figure& figure) {
  std::string text;
  if (!figure.source.empty()) text += figure.source + "\n\n";
  text += "| |";
  std::string rule = "\n|---|";
  for (const Column& column : figure.columns) {
    text += fmt::format(" {} |", flat(column.name));
    rule += "---:|";
  }
  text += rule + '\n';
  for (const Row& row : figure.rows) {
    text += fmt::format("| {} |", row_name(row));
    for (std::size_t c = 0; c < row.cells.size(); ++c)
      text += fmt::format(
          " {} |", row.cells[c] ? fixed(row.cells[c], figure.columns[c].decimals) : std::string());
    text += '\n';
  }
  const auto list = [&text](const std::vector<std::string>& lines) {
    if (!lines.empty()) text += '\n';
    for (const std::string& line : lines) text += fmt::format("- {}\n", line);
  };
  list(reasons(figure));
  std::vector<std::string> measures;
  for (const Measure& m : figure.measures) measures.push_back(measure_text(m));
  list(measures);
  for (const std::string& note : figure.notes) text += '\n' + note + '\n';
  return text;
}

ordered_json to_json(const Figure& figure) {
  ordered_json rows = ordered_json::array();
  for (const Row& row : figure.rows) {
    ordered_json object{{"network", row.network}, {"name", row.name}};
    for (std::size_t c = 0; c < row.cells.size(); ++c)
      object["values"][flat(figure.columns[c].name)] = or_null(row.cells[c]);
    if (!row.why.empty()) object["why"] = row.why;
    rows.push_back(std::move(object));
  }
  ordered_json measures = ordered_json::array();
  for (const Measure& m : figure.measures)
    measures.push_back({{"name", m.name},
                        {"value", m.value},
                        {"unit", m.unit},
                        {"target", or_null(m.target)},
                        {"met", m.met()}});
  return {{"id", figure.id}, {"title", figure.title}, {"source", figure.source},
          {"rows", rows},    {"measures", measures},  {"notes", figure.notes}};
}

std::string csv_of(const std::vector<Figure>& figures) {
  sim::CsvRow row;
  row.text("figure").text("network").text("row").text("quantity").text("value");
  std::string text = row.take();
  for (const Figure& figure : figures) {
    for (const Row& r : figure.rows)
      for (std::size_t c = 0; c < r.cells.size(); ++c) {
        if (!r.cells[c]) continue;
        row.text(figure.id).text(r.network).text(r.name).text(flat(figure.columns[c].name));
        text += row.number(*r.cells[c]).take();
      }
    for (const Measure& m : figure.measures)
      text += row.text(figure.id).text("").text("").text(m.name).number(m.value).take();
  }
  return text;
}

}  // namespace scnn::cli::validation
