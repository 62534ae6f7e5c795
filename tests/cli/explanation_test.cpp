// What limits a layer, from bounds and counters by hand.
#include "tools/explanation.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tools/table.hpp"

using namespace scnn;
using namespace scnn::cli;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

namespace {

/// A layer of 100 cycles on one PE, 60 of them steps, nothing else near.
Explained layer() {
  Explained e;
  e.architecture.pe_rows = e.architecture.pe_cols = 1;
  e.analysis.bounds = {
      .full_vectors = 40, .mean_steps = 60, .steps = 60, .banks = 65, .weights = 20, .drain = 10};
  memory::Counters& c = e.result.counters;
  c.cycles = c.compute_cycles = 100;
  c.issue = c.steps = 60;
  c.bank_stall = 25;
  c.weight_wait = 10;
  c.drain = 5;
  c.slots = 960;
  c.products = 480;
  c.oracle_cycles = 30;
  return e;
}

}  // namespace

TEST_CASE("bounds come from the loosest to that of DRAM traffic") {
  Explained e = layer();
  e.result.counters.dram_weight_bits = 8 * 50 * 7;
  e.result.counters.dram_activation_bits = 1;
  std::vector<std::uint64_t> cycles;
  for (const Bound& bound : bounds_of(e)) cycles.push_back(bound.cycles);
  CHECK(cycles == std::vector<std::uint64_t>{30, 40, 60, 60, 65, 20, 10, 8});
}

TEST_CASE("the largest bound limits, and the largest loss is what it does not stand for") {
  CHECK(limit_of(layer()).key == "steps");
  CHECK(conclusion(layer()) ==
        "What limits the layer is issuing the steps of the busiest PE of every K-group: 60 of its "
        "100 cycles (60 %), with a product in 50 % of the slots; most else is bank_stall, 25.0 % "
        "of the PE-cycles: bank queues are too full.");
  Explained banks = layer();
  banks.analysis.bounds.banks = 80;
  CHECK(limit_of(banks).key == "banks");
  CHECK_THAT(
      conclusion(banks),
      Contains("contention for accumulator banks in the slowest PE of every K-group: 80 of"));
  banks.analysis.bounds.banks = 66;  // a tenth more than the steps
  CHECK(limit_of(banks).key == "banks");
  CHECK_THAT(conclusion(banks), EndsWith("weight_wait, 10.0 % of the PE-cycles: weights are still "
                                         "on their way."));
  Explained weights = layer();
  weights.analysis.bounds.weights = 90;
  CHECK_THAT(conclusion(weights), StartsWith("What limits the layer is bringing the weights: 90"));
  Explained drain = layer();
  drain.analysis.bounds.drain = 95;
  CHECK_THAT(conclusion(drain), StartsWith("What limits the layer is draining the accumulators"));
  CHECK_THAT(conclusion(drain), Contains("most else is bank_stall"));
}

TEST_CASE("traffic that takes longer than computing is said to") {
  Explained e = layer();
  e.result.counters.cycles = 120;
  e.result.counters.dram_weight_bits = 8 * 50 * 120;
  CHECK(limit_of(e).key == "dram");
  CHECK(conclusion(e) ==
        "What limits the layer is DRAM traffic: 120 of its 120 cycles (100 %); computing takes "
        "100.");
}

TEST_CASE("bounds that explain little are not made more of") {
  Explained e = layer();
  e.analysis.bounds.steps = 49;
  e.analysis.bounds.banks = 49;
  CHECK_THAT(conclusion(e), StartsWith("No bound alone explains the 100 cycles; the highest, "
                                       "issuing the steps of the busiest PE of every K-group, "
                                       "takes 49 (49 %)"));
}

TEST_CASE("a machine that only issues has no loss to tell of") {
  Explained e = layer();
  e.result.counters.bank_stall = e.result.counters.weight_wait = e.result.counters.drain = 0;
  CHECK_THAT(conclusion(e), EndsWith("in 50 % of the slots."));
}

TEST_CASE("activations go through DRAM at the network's beginning and where they do not fit") {
  Explained e = layer();
  e.architecture.iaram_bytes = 10;  // 80 bits, 4 elements of 20 bits
  e.analysis.mapping.stored_inputs = 6;
  e.analysis.mapping.fullest_input = 4;
  e.result.counters.dram_activation_bits = 60;
  CHECK(activation_traffic(e).input == 0);
  CHECK(activation_traffic(e).output == 60);
  e.first = true;
  e.result.counters.dram_activation_bits = 120;
  CHECK(activation_traffic(e).input == 120);
  CHECK(activation_traffic(e).output == 0);
  e.first = false;
  e.analysis.mapping.fullest_input = 5;
  CHECK(activation_traffic(e).input == 120);
}

TEST_CASE("sentences are broken after marks, and not inside of numbers") {
  CHECK(wrapped("one, two: 1,234.5, three; four", 100, "  ") ==
        "  one, two: 1,234.5, three; four\n");
  CHECK(wrapped("one, two: 1,234.5, three; four", 16, "  ") ==
        "  one, two:\n    1,234.5,\n    three; four\n");
  CHECK(wrapped("no mark but at the end.", 5) == "no mark but at the end.\n");
}
