/// Logs of accuracies: what is read of them, which line counts, and where curves cross a bound.
#include <catch2/catch.hpp>

#include "sparse_formats/error.hpp"
#include "tools/accuracy/crossing.hpp"
#include "tools/accuracy/joined.hpp"
#include "tools/accuracy/points.hpp"
#include "workloads/json_input.hpp"

using namespace scnn;
using namespace scnn::cli::accuracy;
using Catch::Matchers::Contains;

namespace {

constexpr const char* kHeader =
    R"({"format":"scnn-accuracy","version":1,"network":"n","data":"d","images":100,"seed":7})";

Log log_of(const std::vector<std::string>& texts) {
  std::vector<workloads::JsonLine> lines;
  for (const std::string& text : texts) {
    std::string place = "a.jsonl:" + std::to_string(lines.size() + 1);
    auto value = workloads::parse_json_line(text, place);
    lines.push_back({std::move(place), std::move(value)});
  }
  Log log;
  add_lines(log, lines, "folder");
  return log;
}

std::string line(const std::string& stage, const std::string& rest) {
  return R"({"stage":")" + stage + "\"," + rest + "}";
}

std::string at(const std::string& stage, const std::string& grain, double density, double accuracy,
               int seed = 1) {
  return line(stage, "\"granularity\":\"" + grain + "\",\"density\":" + std::to_string(density) +
                         ",\"seed\":" + std::to_string(seed) +
                         ",\"accuracy\":" + std::to_string(accuracy));
}

std::string message_for(const std::string& text) {
  try {
    (void)log_of({kHeader, text});
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

Sample sample(double density, double accuracy, double cycles) {
  Sample s{.density = density, .accuracy = accuracy, .costs = {}};
  s.costs.cycles = cycles;
  s.costs.dcnn_cycles = 1000;
  return s;
}

}  // namespace

TEST_CASE("a line has its own seed and images, else its header's") {
  const Log log = log_of({kHeader, line("dense", R"("accuracy":0.9)"),
                          line("quantised", R"("accuracy":0.8,"seed":2,"images":50,"file":"x/d.h5",
                                               "weight_bits":8,"epoch":1.5)"),
                          at("quantised", "kernel", 0.4, 0.7)});
  CHECK(log.network == "n");
  CHECK(log.data == "d");
  REQUIRE(log.entries.size() == 3);
  CHECK(log.entries[0].seed == 7);
  CHECK(log.entries[0].images == 100);
  CHECK(log.entries[1].seed == 2);
  CHECK(log.entries[1].images == 50);
  CHECK(log.entries[1].file == "folder/x/d.h5");
  CHECK(log.entries[1].place == "a.jsonl:3");
  CHECK(log.entries[2].granularity == Granularity::kernel);
  CHECK(*log.entries[2].density == 0.4);
  CHECK(log.entries[2].file.empty());
}

TEST_CASE("lines that cannot be are refused at their place") {
  CHECK(message_for(line("trained", R"("accuracy":0.5)")) ==
        "a.jsonl:2#/stage: found \"trained\", expected one of \"dense\", \"adapted\", "
        "\"sensitivity\", \"pruned\", \"retrained\", \"quantised\"");
  CHECK(message_for(line("dense", R"("accuracy":91.2)")) ==
        "a.jsonl:2#/accuracy: found 91.2, expected a number from 0 to 1");
  CHECK(message_for(line("dense", R"("acuracy":0.5)")) ==
        "a.jsonl:2#: has no member \"accuracy\", expected one");
  CHECK(message_for(line("dense", R"("accuracy":0.5,"epoch":1,"sed":3)")) ==
        "a.jsonl:2#/sed: unknown key \"sed\", did you mean \"seed\"?");
  CHECK(message_for(line("quantised", R"("accuracy":0.5,"density":0.3)")) ==
        "a.jsonl:2#: found one of \"granularity\" and \"density\", expected both or none");
  CHECK(message_for(line("retrained", R"("accuracy":0.5)")) ==
        "a.jsonl:2#: stage \"retrained\" has no \"granularity\", expected one");
  CHECK(message_for(line("adapted", R"("accuracy":0.5,"granularity":"fine","density":0.3)")) ==
        "a.jsonl:2#: stage \"adapted\" has a \"granularity\", expected none");
  CHECK(message_for(line("quantised", R"("accuracy":0.5,"granularity":"fine","density":1.5)")) ==
        "a.jsonl:2#/density: found 1.5, expected a density in (0,1]");
  CHECK(message_for("[1]") == "a.jsonl:2#: found an array, expected an object");
}

TEST_CASE("a log begins with a header of its format, and logs are of one network") {
  CHECK_THROWS_WITH(log_of({line("dense", R"("accuracy":0.5)")}),
                    "a.jsonl:1: found no \"format\", expected a header of \"scnn-accuracy\"");
  CHECK_THROWS_WITH(log_of({R"({"format":"scnn-network","version":1,"network":"n"})"}),
                    Contains("#/format: found \"scnn-network\""));
  CHECK_THROWS_WITH(log_of({R"({"format":"scnn-accuracy","version":2,"network":"n"})"}),
                    Contains("#/version: found 2, expected an integer from 1 to 1"));
  CHECK_THROWS_WITH(
      log_of({kHeader, R"({"format":"scnn-accuracy","version":1,"network":"other"})"}),
      "a.jsonl:2#/network: found \"other\", expected \"n\", the network of the lines before");
  CHECK_THROWS_WITH(
      log_of({kHeader, R"({"format":"scnn-accuracy","version":1,"network":"n","data":"e"})"}),
      "a.jsonl:2#/data: found \"e\", expected \"d\", the data of the lines before");
}

TEST_CASE("the last quantised line of a point counts, else the last retrained one") {
  const Points points =
      points_of(log_of({kHeader, line("dense", R"("accuracy":0.90)"),
                        line("adapted", R"("accuracy":0.91)"), at("quantised", "fine", 0.4, 0.80),
                        at("quantised", "fine", 0.4, 0.81), at("retrained", "fine", 0.4, 0.95),
                        at("pruned", "fine", 0.4, 0.10), at("retrained", "fine", 0.2, 0.70),
                        at("retrained", "fine", 0.2, 0.71), at("pruned", "vector", 0.2, 0.10)}),
                "a.jsonl");
  REQUIRE(points.dense.size() == 1);
  CHECK(points.dense[0].accuracy == 0.91);
  REQUIRE(points.pruned.size() == 2);
  CHECK(points.pruned[0].seeds[0].accuracy == 0.81);
  CHECK(points.pruned[1].seeds[0].accuracy == 0.71);
}

TEST_CASE("points go by granularity, then from dense to sparse, with their seeds in order") {
  const Points points = points_of(
      log_of({kHeader, line("quantised", R"("accuracy":0.9)"), at("quantised", "filter", 0.5, 0.5),
              at("quantised", "fine", 0.2, 0.5), at("quantised", "fine", 0.8, 0.6, 3),
              at("quantised", "fine", 0.8, 0.8, 1)}),
      "a.jsonl");
  REQUIRE(points.pruned.size() == 3);
  CHECK(points.pruned[0].granularity == Granularity::fine);
  CHECK(points.pruned[0].density == 0.8);
  CHECK(points.pruned[1].density == 0.2);
  CHECK(points.pruned[2].granularity == Granularity::filter);
  REQUIRE(points.pruned[0].seeds.size() == 2);
  CHECK(points.pruned[0].seeds[0].seed == 1);
  const Spread spread = accuracy_of(points.pruned[0].seeds);
  CHECK(spread.mean == Approx(0.7));
  CHECK(spread.least == 0.6);
  CHECK(spread.most == 0.8);
}

TEST_CASE("without a dense or a pruned accuracy there is nothing to join") {
  CHECK_THROWS_WITH(points_of(log_of({kHeader, at("quantised", "fine", 0.4, 0.8)}), "a.jsonl"),
                    Contains("a.jsonl: has no accuracy of the dense network"));
  CHECK_THROWS_WITH(points_of(log_of({kHeader, line("dense", R"("accuracy":0.9)"),
                                      R"({"stage":"sensitivity","layer":"conv1","density":0.5,
                                          "granularity":"fine","accuracy":0.8})"}),
                              "a.jsonl"),
                    Contains("a.jsonl: has no accuracy of a pruned network"));
}

TEST_CASE("a curve crosses a bound on the line between its two points") {
  const std::vector<Sample> samples{sample(1.0, 0.90, 400), sample(0.8, 0.89, 300),
                                    sample(0.4, 0.85, 100)};
  const Crossing crossing = crossing_of(samples, 0.88);
  REQUIRE(crossing.reach == Reach::crossed);
  CHECK(crossing.denser == 0.8);
  CHECK(crossing.sparser == 0.4);
  CHECK(crossing.at->density == Approx(0.7));  // a quarter of the way
  CHECK(crossing.at->costs.cycles == Approx(250));
  // A ratio is of the counts there, not a mean of ratios.
  CHECK(*crossing.at->costs.speed_up() == Approx(4.0));
}

TEST_CASE("the first fall below the bound counts, seen from the dense side") {
  const std::vector<Sample> samples{sample(0.8, 0.90, 400), sample(0.6, 0.86, 300),
                                    sample(0.4, 0.92, 200), sample(0.2, 0.50, 100)};
  const Crossing crossing = crossing_of(samples, 0.88);
  REQUIRE(crossing.reach == Reach::crossed);
  CHECK(crossing.at->density == Approx(0.7));
}

TEST_CASE("nothing is extrapolated") {
  const std::vector<Sample> samples{sample(0.8, 0.90, 400), sample(0.4, 0.85, 100)};
  CHECK(crossing_of(samples, 0.80).reach == Reach::above);
  CHECK_FALSE(crossing_of(samples, 0.80).at.has_value());
  CHECK(crossing_of(samples, 0.91).reach == Reach::below);
  CHECK_FALSE(crossing_of(samples, 0.91).at.has_value());
  CHECK(crossing_of({}, 0.5).reach == Reach::below);
  // A point that just reaches the bound, where the next does not, is the crossing itself.
  CHECK(crossing_of(samples, 0.90).at->density == Approx(0.8));
}

TEST_CASE("costs have means and ratios") {
  Costs a, b;
  a.weights = b.weights = 100;
  a.value_bits = 300;
  a.index_bits = 100;
  b.value_bits = 100;
  b.index_bits = 100;
  a.kept_weights = 40;
  b.kept_weights = 20;
  const std::vector<Costs> both{a, b};
  const Costs mean = mean_of(both);
  CHECK(*mean.density() == Approx(0.3));
  CHECK(*mean.storage_ratio() == Approx(300.0 / 800.0));
  CHECK(*mean.index_share() == Approx(1.0 / 3.0));
  CHECK_FALSE(mean.speed_up().has_value());
  CHECK(between(a, b, 0.25).value_bits == Approx(250));
}

TEST_CASE("counts of a run keep their names and values") {
  cli::ComparedCounts counts;
  counts.storage.weights = 11;
  counts.kept_weights = 5;
  counts.writes_with_bypass = 7;
  counts.counters.cycles = 123;
  counts.counters.weight_fifo_reads = 9;
  const Costs costs = costs_of(counts, 2.5);
  const auto value = [&costs](std::string_view name) {
    for (const CostInfo& info : cost_table())
      if (info.name == name) return costs.*info.member;
    return -1.0;
  };
  CHECK(value("weights") == 11);
  CHECK(value("kept_weights") == 5);
  CHECK(value("accumulator_writes_with_step_bypass") == 7);
  CHECK(value("cycles") == 123);
  CHECK(value("weight_fifo_reads") == 9);
  CHECK(costs.energy_pj == 2.5);
}
