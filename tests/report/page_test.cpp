// Specifications and pages, without a browser.
#include "tools/report/page.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "sparse_formats/error.hpp"
#include "tools/report/html.hpp"
#include "tools/report/layer_charts.hpp"

using namespace scnn;
using namespace scnn::cli::report;

namespace {

/// A run of two layers, with counters that tell which is which.
Lines two_layers() {
  Lines lines{.all = {}, .layers = 2, .granularities = {""}, .names = {"a", "b"}};
  memory::Counters sum;
  for (const std::uint64_t n : {1, 2}) {
    memory::Counters c;
    c.cycles = c.compute_cycles = 100 * n;
    c.dcnn_cycles = 400;
    c.oracle_cycles = 50;
    c.issue = 60 * n;
    c.barrier_wait = 40 * n;
    c.products = 1000;
    c.slots = 2000;
    c.dram_weight_bits = 800;
    lines.all.push_back({.layer = lines.names[n - 1],
                         .granularity = "",
                         .weight_density = 0.5,
                         .activation_density = 0.5,
                         .counters = c});
    sum += c;
  }
  lines.all.push_back({.layer = kAllLayers, .granularity = "", .counters = sum, .total = true});
  return lines;
}

Section section_of_two() {
  Section section{.title = "two & <two>", .subtitle = "a run"};
  add_layer_charts(section, two_layers(), {});
  return section;
}

Assets some_assets() {
  return {.vega = "VEGA",
          .vega_lite = "LITE",
          .vega_embed = "EMBED",
          .licences = "LICENCE <1>",
          .style = "STYLE",
          .script = "SCRIPT"};
}

}  // namespace

TEST_CASE("ratios are those of the tables of a run") {
  const Lines lines = two_layers();
  CHECK(*speed_up(lines.all[1]) == Approx(2.0));
  CHECK(*oracle_speed_up(lines.all[1]) == Approx(8.0));
  CHECK(*of_the_oracle(lines.total()) == Approx(100.0 / 300.0));
  CHECK(*utilisation(lines.total()) == Approx(0.5));
  CHECK(dram_bytes(lines.all[0].counters) == Approx(100.0));
  CHECK_FALSE(speed_up(Line{}).has_value());
}

TEST_CASE("a stack of activities has 100 percent of every layer") {
  const Section section = section_of_two();
  const Dataset& data = section.datasets.at("activity");
  std::map<std::string, double> sums;
  for (const auto& row : data.rows) sums[row[1].get<std::string>()] += row[3].get<double>();
  REQUIRE(sums.size() == 3);
  for (const auto& sum : sums) CHECK(sum.second == Approx(100.0));
}

TEST_CASE("every chart draws a dataset of its section and says the title of each axis") {
  const Section section = section_of_two();
  std::set<std::string> ids;
  for (const Group& group : section.groups)
    for (const Chart& chart : group.charts) {
      INFO(chart.id);
      CHECK(ids.insert(chart.id).second);
      CHECK(section.datasets.count(chart.dataset) == 1);
      for (const char* channel : {"x", "y"})
        CHECK_FALSE(chart.spec["encoding"][channel]["title"].get<std::string>().empty());
      CHECK(chart.spec["data"]["name"] == chart.dataset);
    }
  CHECK(ids.count("roofline") == 1);
  CHECK(ids.count("energy") == 0);  // the run has none
}

TEST_CASE("rows of a dataset have a cell per column") {
  for (const auto& data : section_of_two().datasets)
    for (const auto& row : data.second.rows) CHECK(row.size() == data.second.columns.size());
}

TEST_CASE("the roof has its knee where bandwidth meets the multipliers") {
  const Section section = section_of_two();
  const Dataset& roof = section.datasets.at("roof");
  REQUIRE(roof.rows.size() == 3);
  CHECK(roof.rows[1][0].get<double>() == Approx(1024.0 / 50.0));
  CHECK(roof.rows[1][1].get<double>() == Approx(1024.0));
  CHECK(roof.rows[0][1].get<double>() == Approx(roof.rows[0][0].get<double>() * 50.0));
}

TEST_CASE("a page holds its libraries, with text escaped") {
  const std::string page = page_text({section_of_two()}, some_assets());
  for (const char* part : {"<script>VEGA</script>", "<script>LITE</script>", "<style>STYLE</style>",
                           "<script>EMBED</script>", "LICENCE &lt;1&gt;", "two &amp; &lt;two&gt;"})
    CHECK(page.find(part) != std::string::npos);
  CHECK(page.find("<two>") == std::string::npos);
}

TEST_CASE("a build without libraries says so instead of a page") {
  Assets without = some_assets();
  without.vega = {};
  CHECK_THROWS_AS(page_text({section_of_two()}, without), OutputError);
  CHECK_THROWS_WITH(page_text({section_of_two()}, without),
                    "scnn report: this build has no chart libraries; build it where npm can fetch "
                    "them");
}

TEST_CASE("the drawing labels the machine with its sizes") {
  memory::Architecture arch;
  arch.pe_rows = 16;
  arch.accumulator.banks = 64;
  const std::string svg = machine_drawing(arch);
  for (const char* label : {"16 × 8 PEs (8 × 8 drawn)", "64 banks × 32", "10.0 KiB",
                            "crossbar 16 → 64", "50 bytes/cycle", "of 6.0 KiB"})
    CHECK(svg.find(label) != std::string::npos);
}
