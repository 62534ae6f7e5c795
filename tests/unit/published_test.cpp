#include "workloads/published.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <string>
#include <vector>

using namespace scnn::workloads::published;

namespace {

using Lines = std::vector<std::string>;

std::string row_text(const NetworkTotals& r) {
  return fmt::format("| {} | {} | {} | {} | {} |", r.network, r.conv_layers, r.max_weights_MB,
                     r.max_activations_MB, r.multiplies_G);
}
std::string row_text(const LayerDensities& r) {
  return fmt::format("| {} | {} | {} | {} |", r.network, r.layer, r.activation, r.weight);
}
std::string row_text(const Speedup& r) {
  return fmt::format("| {} | {} | {} | {} |", r.network, r.layer, r.scnn, r.oracle);
}
std::string row_text(const Utilisation& r) {
  return fmt::format("| {} | {} | {} | {} |", r.network, r.layer, r.multiplier_utilisation,
                     r.barrier_share);
}
std::string row_text(const RelativeEnergy& r) {
  return fmt::format("| {} | {} | {} | {} |", r.network, r.layer, r.dcnn_opt, r.scnn);
}
std::string row_text(const Quantity& r) {
  const auto value =
      r.low == r.high ? fmt::format("{}", r.low) : fmt::format("{} to {}", r.low, r.high);
  return fmt::format("| {} | {} | {} | {} |", r.name, value, r.unit, r.note);
}

template <class Row>
void append(Lines& lines, const Table<Row>& table) {
  lines.push_back(fmt::format("## {}", table.title));
  lines.push_back(fmt::format("Source: {}; {}; {}.", table.source.paper, table.source.place,
                              name_of(table.source.reading)));
  for (const Row& row : table.rows) lines.push_back(row_text(row));
}

/// Headings, sources and table rows as the page must have them, in its order.
Lines expected_page() {
  Lines lines;
  append(lines, network_totals());
  append(lines, layer_densities());
  append(lines, speedups());
  append(lines, printed_speedups());
  append(lines, utilisations());
  append(lines, relative_energies());
  append(lines, printed_energies());
  append(lines, design_parameters());
  append(lines, areas());
  append(lines, dram_tiling());
  append(lines, regularity_savings());
  append(lines, storage_ratios());
  append(lines, energies_per_operation());
  return lines;
}

/// The same kinds of line from the page: a table's first two lines are its head.
Lines page_lines() {
  std::ifstream in(SCNN_SOURCE_DIR "/docs/published.md");
  REQUIRE(in);
  Lines lines;
  int in_table = 0;
  for (std::string line; std::getline(in, line);) {
    in_table = line.starts_with("|") ? in_table + 1 : 0;
    if (in_table > 2 || line.starts_with("## ") || line.starts_with("Source: "))
      lines.push_back(line);
  }
  return lines;
}

}  // namespace

TEST_CASE("The page of published figures shows the program's table, row by row") {
  const Lines page = page_lines(), table = expected_page();
  for (std::size_t i = 0; i < std::min(page.size(), table.size()); ++i)
    REQUIRE(page[i] == table[i]);
  CHECK(page.size() == table.size());
}

TEST_CASE("Published figures are found by network and layer") {
  REQUIRE(find(layer_densities(), "vgg16", "conv3_2"));
  CHECK(find(layer_densities(), "vgg16", "conv3_2")->weight == 0.236);
  CHECK(find(layer_densities(), "alexnet", "conv2")->activation == 0.936);
  CHECK(find(layer_densities(), "alexnet", "conv3_2") == nullptr);
  CHECK(find(speedups(), "googlenet", "all")->oracle == 5.9);
  CHECK(find(utilisations(), "alexnet", "conv3")->multiplier_utilisation == 0.616);
  CHECK(find(relative_energies(), "vgg16", "conv1_1")->scnn == 1.13);
  CHECK(find_totals("vgg16")->multiplies_G == 15.3);
  CHECK(find_totals("resnet50") == nullptr);
  CHECK(find(printed_speedups(), "average")->low == 2.7);
  CHECK(find(dram_tiling(), "energy_penalty")->high == 62);
  CHECK(find(areas(), "roof") == nullptr);
  CHECK(regularity_networks().size() == 5);
}

TEST_CASE("Published layers appear once, with plausible values") {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const auto& row : layer_densities().rows) {
    CHECK(seen.insert({row.network, row.layer}).second);
    CHECK((row.activation > 0 && row.activation <= 1 && row.weight > 0 && row.weight <= 1));
  }
  CHECK(seen.size() == 5 + 13 + 12);
  // No machine is faster than its oracle.
  for (const auto& row : speedups().rows) CHECK(row.scnn < row.oracle);
  for (const auto& row : utilisations().rows)
    CHECK((row.multiplier_utilisation < 1 && row.barrier_share >= 0 && row.barrier_share < 0.5));
}

TEST_CASE("Bars of the network totals agree with what the text prints") {
  for (const auto& printed : printed_speedups().rows)
    if (const auto* bar = find(speedups(), printed.name, "all"))
      CHECK(bar->scnn == Approx(printed.low).margin(0.0075));
}

TEST_CASE("Storage ratios follow from 8-bit weights and 4-bit indices") {
  CHECK(find(storage_ratios(), "grain_of_1")->low == (8.0 * 1 + 4) / (8 * 1));
  CHECK(find(storage_ratios(), "grain_of_3")->low == Approx((8.0 * 3 + 4) / (8 * 3)).margin(5e-4));
  CHECK(find(storage_ratios(), "grain_of_9")->low == Approx((8.0 * 9 + 4) / (8 * 9)).margin(5e-4));
}
