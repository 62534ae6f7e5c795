// Crossbar and accumulator banks as modules, cycle by cycle.
#include <catch2/catch.hpp>

#include "pe/accumulator_banks.hpp"
#include "pe/crossbar.hpp"
#include "sim/layer_job.hpp"
#include "sparse_formats/error.hpp"
#include "tests/module/clocking.hpp"
#include "tests/support/one_layer.hpp"

using namespace scnn;
using namespace scnn::pe;
using namespace scnn::test;

namespace {

using Step = std::vector<AccumulatorUpdate>;

/// A window of 4x4 entries on one PE with two banks.
memory::Architecture two_banks() {
  memory::Architecture a;
  a.pe_rows = a.pe_cols = 1;
  a.F = a.I = 2;
  a.kc = 1;
  a.accumulator.banks = 2;
  a.accumulator.queue_threshold = 0;
  return a;
}

/// A crossbar in front of banks; steps are routed at rising edges, as the multiplier array
/// does, and what the banks look like is noted at the end of every cycle.
struct AccumulationBench {
  memory::Architecture arch;
  workloads::QuantisedLayer layer =
      make_layer({.C = 1, .H = 4, .W = 4, .K = 1}, {1}, std::vector<std::int16_t>(16, 1));
  sim::LayerJob job;
  Clock clock;
  memory::Wire<FinishReport> finish{"finish"};
  memory::Failures failures;
  AccumulatorBanks banks;
  Crossbar crossbar;
  std::vector<Step> steps;  ///< by cycle; the last one ends the group
  std::vector<std::int64_t> deepest, finished;
  AtEdge drive{"drive", clock, AtEdge::Edge::rising, [this](std::int64_t cycle) {
                 const auto n = static_cast<std::size_t>(cycle);
                 const Step bubble;
                 crossbar.route({n < steps.size() ? steps[n] : bubble, 0, n + 1 >= steps.size()});
               }};
  AtEdge observe{"observe", clock, AtEdge::Edge::falling, [this](std::int64_t) {
                   deepest.push_back(banks.deepest_queue());
                   finished.push_back(finish.read().groups);
                 }};

  explicit AccumulationBench(const memory::Architecture& a, const FaultPlan& fault = {})
      : arch(a),
        job(layer, arch, true),
        banks("banks", arch, memory::Engine::clocked, failures),
        crossbar("crossbar", arch, memory::Engine::clocked, failures) {
    crossbar.banks(banks);
    banks.finish(finish);
    banks.begin_tile(7, job.tiles()[0]);
    crossbar.begin_tile(job.tiles()[0], 0, fault);
  }
  [[nodiscard]] std::vector<std::int64_t> sums(std::int64_t group = 0) {
    const auto s = banks.sums(group);
    return {s.begin(), s.end()};
  }
};

}  // namespace

TEST_CASE("Updates join their banks' queues in the cycle of the step and leave one per cycle") {
  AccumulationBench bench(two_banks());
  // Addresses 0, 2, 4 are bank 0's, 1 is bank 1's.
  bench.steps = {{{0, 1}, {2, 10}, {4, 100}, {1, 5}}};
  run_cycles(1);
  CHECK(bench.deepest.back() == 2);  // one of three has already left
  CHECK(bench.sums()[0] == 1);
  CHECK(bench.sums()[1] == 5);
  CHECK(bench.finished.back() == 0);
  run_cycles(1);
  CHECK(bench.deepest.back() == 1);
  CHECK(bench.sums()[2] == 10);
  CHECK(bench.finished.back() == 0);
  run_cycles(1);
  CHECK(bench.deepest.back() == 0);
  CHECK(bench.sums()[4] == 100);
  CHECK(bench.finished.back() == 1);
  CHECK(bench.finish.read().tile == 7);
  CHECK(bench.banks.writes() == 4);
  run_cycles(3);
  CHECK(bench.finished.back() == 1);
  bench.failures.rethrow_if_any();
}

TEST_CASE("A group is not finished before its last step, however empty the queues") {
  AccumulationBench bench(two_banks());
  bench.steps = {{{0, 1}}, {}, {}, {{1, 1}}};
  run_cycles(3);
  CHECK(bench.deepest == std::vector<std::int64_t>{0, 0, 0});
  CHECK(bench.finished.back() == 0);
  run_cycles(1);
  CHECK(bench.finished.back() == 1);
}

TEST_CASE("With the step bypass, updates of one step to one entry are one update") {
  memory::Architecture arch = two_banks();
  arch.accumulator.bypass = memory::Bypass::step;
  AccumulationBench bench(arch);
  bench.steps = {{{0, 1}, {0, 10}, {0, 100}, {2, 5}}, {{0, 1000}}};
  run_cycles(1);
  CHECK(bench.deepest.back() == 1);
  CHECK(bench.sums()[0] == 111);
  run_cycles(3);
  CHECK(bench.sums()[0] == 1111);
  CHECK(bench.sums()[2] == 5);
  CHECK(bench.banks.writes() == 3);
  bench.failures.rethrow_if_any();
}

TEST_CASE("Steps that ignore the threshold overflow a queue and end the simulation") {
  AccumulationBench bench(two_banks());  // at most 0 + 2*2 updates in a queue
  bench.steps = {{{0, 1}, {2, 1}, {4, 1}, {6, 1}}, {{0, 1}, {2, 1}, {4, 1}, {6, 1}}};
  run_cycles(5);
  CHECK(sc_core::sc_get_status() == sc_core::SC_PAUSED);
  CHECK_THROWS_AS(bench.failures.rethrow_if_any(), ModelError);
  CHECK_THROWS_WITH(bench.failures.rethrow_if_any(),
                    "accumulator bank 0: 5 updates queued, at most 4 can be");
}

TEST_CASE("A faulty crossbar sends one update to the next entry, once") {
  AccumulationBench bench(two_banks(), {FaultKind::wrong_entry, 0});
  bench.steps = {{{15, 3}, {4, 7}}, {{4, 7}}};
  run_cycles(4);
  CHECK(bench.sums()[0] == 3);  // the entry after the last is the first
  CHECK(bench.sums()[15] == 0);
  CHECK(bench.sums()[4] == 14);
}

TEST_CASE("A fault planned for another PE leaves the crossbar alone") {
  AccumulationBench bench(two_banks(), {FaultKind::wrong_entry, 1});
  bench.steps = {{{15, 3}}};
  run_cycles(2);
  CHECK(bench.sums()[15] == 3);
}

TEST_CASE("Banks without values keep time but no sums") {
  memory::Architecture arch = two_banks();
  AccumulationBench bench(arch);
  const sim::LayerJob timing_only(bench.layer, arch, false);
  bench.banks.begin_tile(8, timing_only.tiles()[0]);
  CHECK(bench.banks.sums(0).empty());
}
