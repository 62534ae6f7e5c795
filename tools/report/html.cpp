#include "tools/report/html.hpp"

#include <fmt/format.h>

#include "tools/numbers.hpp"

namespace scnn::cli::report {
namespace {

using nlohmann::ordered_json;

std::string number_cell(const char* column, std::uint64_t value) {
  return fmt::format("<td data-column=\"{}\" data-value=\"{}\">{}</td>", column, value,
                     grouped(value));
}

std::string ratio_cell(std::optional<double> value, int decimals) {
  return fmt::format("<td>{}</td>", fixed(value, decimals));
}

std::string line_row(const Line& line) {
  const memory::Counters& c = line.counters;
  const std::string name = escaped(line.layer);
  std::string row = fmt::format("<tr data-granularity=\"{}\" data-layer=\"{}\"><th scope=\"row\">",
                                escaped(line.granularity), name);
  row += line.total ? name : fmt::format("<button type=\"button\">{}</button>", name);
  row += "</th>";
  if (line.total)
    row += "<td></td><td></td>";
  else
    row += ratio_cell(line.weight_density, 3) + ratio_cell(line.activation_density, 3);
  row += number_cell("products", c.products) + number_cell("compute_cycles", c.compute_cycles) +
         number_cell("cycles", c.cycles) + number_cell("dcnn_cycles", c.dcnn_cycles) +
         number_cell("oracle_cycles", c.oracle_cycles);
  row += ratio_cell(speed_up(line), 2) + ratio_cell(of_the_oracle(line), 3) +
         ratio_cell(utilisation(line), 3);
  row += number_cell("references", references(c)) +
         number_cell("dram_bits", c.dram_weight_bits + c.dram_activation_bits);
  return row + "</tr>\n";
}

/// Words of a list are joined, as a command line is.
std::string text_of(const ordered_json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_null()) return "–";
  if (!value.is_array()) return value.dump();
  std::string text;
  for (const ordered_json& part : value) {
    if (!text.empty()) text += ' ';
    text += text_of(part);
  }
  return text;
}

void add_leaves(const ordered_json& object, const std::string& prefix, std::string& rows) {
  for (const auto& member : object.items()) {
    const ordered_json& value = member.value();
    if (value.is_object()) {
      add_leaves(value, prefix + member.key() + ".", rows);
      continue;
    }
    const std::string text = text_of(value);
    rows += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n",
                        escaped(prefix + member.key()), escaped(text));
  }
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  return out;
}

std::string layer_table(const Lines& lines) {
  std::string body;
  for (const Line& line : lines.all) body += line_row(line);
  return "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Numbers by layer\">"
         "<table class=\"layers\"><caption>Numbers by layer</caption><thead><tr><th>layer</th>"
         "<th>weight density</th><th>input density</th><th>products</th><th>compute cycles</th>"
         "<th>cycles</th><th>DCNN cycles</th><th>oracle cycles</th><th>speed-up × DCNN</th>"
         "<th>of the oracle</th><th>multiplier utilisation</th><th>references (accesses)</th>"
         "<th>DRAM traffic (bits)</th></tr></thead><tbody>\n" +
         body + "</tbody></table></div>\n";
}

std::string key_table(std::string_view caption, const ordered_json& object) {
  std::string rows;
  add_leaves(object, "", rows);
  return fmt::format("<table class=\"keys\"><caption>{}</caption><tbody>\n{}</tbody></table>\n",
                     escaped(caption), rows);
}

}  // namespace scnn::cli::report
