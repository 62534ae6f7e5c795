#include "tools/run_tables.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "tools/numbers.hpp"
#include "tools/table.hpp"

namespace scnn::cli {
namespace {

using memory::Counters;

constexpr std::array<std::pair<const char*, std::uint64_t Counters::*>, 7> kActivities{{
    {"issue\n%", &Counters::issue},
    {"bank\nstall %", &Counters::bank_stall},
    {"weight\nwait %", &Counters::weight_wait},
    {"back-\npressure %", &Counters::backpressure_wait},
    {"barrier\nwait %", &Counters::barrier_wait},
    {"buffer\nwait %", &Counters::buffer_wait},
    {"drain\n%", &Counters::drain},
}};

std::uint64_t pe_cycles(const Counters& c) {
  std::uint64_t sum = 0;
  for (const auto& [heading, member] : kActivities) sum += c.*member;
  return sum;
}

/// One cell per line.
template <class Of>
auto column(const std::vector<RunLine>& lines, Of&& of) {
  std::vector<decltype(of(lines.front()))> cells;
  cells.reserve(lines.size());
  for (const RunLine& line : lines) cells.push_back(of(line));
  return cells;
}

std::vector<std::string> names(const std::vector<RunLine>& lines) {
  return column(lines, [](const RunLine& l) { return l.name; });
}

}  // namespace

std::string mapping_text(std::int64_t kc, std::int64_t temporal_tiles) {
  return temporal_tiles == 1 ? std::to_string(kc)
                             : fmt::format("{} in {} tiles", kc, temporal_tiles);
}

std::vector<RunLine> run_lines(const std::vector<sim::LayerResult>& layers) {
  std::vector<RunLine> lines;
  lines.reserve(layers.size() + 1);
  for (const sim::LayerResult& layer : layers)
    lines.push_back({layer.name, layer.weight_density, layer.activation_density,
                     mapping_text(layer.kc, layer.temporal_tiles), layer.counters});
  lines.push_back({"total", std::nullopt, std::nullopt, "", sim::total_of(layers)});
  return lines;
}

std::string timing_table(const std::vector<RunLine>& lines, const Layout& layout) {
  return Table()
      .text("layer", names(lines))
      .numbers("weight\ndensity", column(lines, [](const auto& l) { return l.weight_density; }), 3)
      .numbers("input\ndensity", column(lines, [](const auto& l) { return l.activation_density; }),
               3)
      .cells("Kc\n", column(lines, [](const auto& l) { return l.mapping; }))
      .counts("products", "", column(lines, [](const auto& l) { return l.counters.products; }))
      .counts("compute", "cycles",
              column(lines, [](const auto& l) { return l.counters.compute_cycles; }))
      .counts("total", "cycles", column(lines, [](const auto& l) { return l.counters.cycles; }))
      .numbers(
          "speed-up\nx DCNN",
          column(lines,
                 [](const auto& l) { return ratio(l.counters.dcnn_cycles, l.counters.cycles); }),
          2)
      .numbers(
          "of the\noracle",
          column(lines,
                 [](const auto& l) { return ratio(l.counters.oracle_cycles, l.counters.cycles); }),
          3)
      .numbers(
          "multiplier\nutilisation",
          column(lines, [](const auto& l) { return ratio(l.counters.products, l.counters.slots); }),
          3)
      .rule_before(lines.size() - 1)
      .str(layout);
}

std::string activity_table(const std::vector<RunLine>& lines, const Layout& layout) {
  Table table;
  table.text("PE cycles", names(lines));
  for (const auto& activity : kActivities) {
    const auto member = activity.second;
    table.numbers(activity.first,
                  column(lines,
                         [member](const RunLine& l) -> std::optional<double> {
                           const auto share = ratio(l.counters.*member, pe_cycles(l.counters));
                           if (!share) return std::nullopt;
                           return *share * 100.0;
                         }),
                  1);
  }
  return table.rule_before(lines.size() - 1).str(layout);
}

}  // namespace scnn::cli
