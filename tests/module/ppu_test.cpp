// Post-processing units as modules: drain timing, halos, outputs.
#include <catch2/catch.hpp>
#include <deque>

#include "pe/halo_network.hpp"
#include "pe/ppu.hpp"
#include "sim/accelerator.hpp"
#include "sim/layer_job.hpp"
#include "tests/module/clocking.hpp"
#include "tests/support/one_layer.hpp"

using namespace scnn;
using namespace scnn::pe;
using namespace scnn::test;

namespace {

/// The PPUs of a 1x2 array with real banks, halo network and OARAMs.
struct PpuBench {
  memory::Architecture arch;
  memory::Engine engine;
  workloads::QuantisedLayer layer;
  sim::LayerJob job;
  Clock clock;
  memory::Failures failures;
  memory::Wire<DrainCommand> drain{"drain"};
  memory::Wire<OutputCommand> output{"output"};
  HaloNetwork halo{"halo", 2};
  sim::OutputCollector collector{"collector"};
  std::deque<memory::Wire<DrainReport>> drained;
  std::deque<memory::Wire<OutputReport>> reports;
  std::deque<memory::Wire<FinishReport>> finish;
  std::deque<AccumulatorBanks> banks;
  std::deque<memory::Oaram> oarams;
  std::deque<Ppu> ppus;
  std::int64_t elapsed = 0, sent = 0;       ///< cycles so far, and when the drain was sent
  std::vector<std::int64_t> taken{-1, -1};  ///< cycles from there until a PPU was done
  AtEdge observe{"observe", clock, AtEdge::Edge::falling, [this](std::int64_t cycles) {
                   elapsed = cycles;
                   for (std::size_t p = 0; p < 2; ++p)
                     if (taken[p] < 0 && drained[p].read().groups > 0) taken[p] = cycles - sent;
                 }};

  PpuBench(memory::Engine e, const memory::Architecture& a, workloads::QuantisedLayer l)
      : arch(a), engine(e), layer(std::move(l)), job(layer, arch, true) {
    for (int p = 0; p < 2; ++p) add(p);
  }
  void add(int p) {
    const std::string n = std::to_string(p);
    drained.emplace_back(("drained" + n).c_str());
    reports.emplace_back(("report" + n).c_str());
    finish.emplace_back(("finish" + n).c_str());
    banks.emplace_back(("banks" + n).c_str(), arch, engine, failures);
    oarams.emplace_back(("oaram" + n).c_str(), arch);
    Ppu& ppu = ppus.emplace_back(("ppu" + n).c_str(), arch, p, engine, failures);
    banks.back().finish(finish.back());
    banks.back().begin_tile(1, job.tiles()[0]);
    ppu.clock(clock);
    ppu.drain(drain);
    ppu.drained(drained.back());
    ppu.output(output);
    ppu.output_report(reports.back());
    ppu.sums(banks.back());
    ppu.halo(halo);
    ppu.oaram(oarams.back());
    ppu.results(collector);
    halo.pes[static_cast<std::size_t>(p)](ppu);
  }
  /// Makes room for the outputs, as at the beginning of a layer.
  void begin_layer() {
    collector.begin(layer.spec.shape);
    output.write({OutputStage::begin, &job.output(), 1.0});
    run_cycles(1);
  }
  void send_drain() {
    sent = elapsed;
    drain.write({1, &job.tiles()[0], 0});
  }
  void send_output(OutputStage stage, double scale = 1.0) {
    output.write({stage, &job.output(), scale});
    run_cycles(1);
    failures.rethrow_if_any();
  }
};

memory::Architecture array(std::int64_t entries_per_cycle, std::int64_t halo_entries) {
  memory::Architecture a;
  a.pe_rows = 1;
  a.pe_cols = 2;
  a.ppu = {.entries_per_cycle = entries_per_cycle, .halo_entries_per_cycle = halo_entries};
  return a;
}

/// 3 output rows of 8 columns, two filters; each PE reaches one column of the other's.
workloads::QuantisedLayer layer_with_halo() {
  const LayerShape s{.C = 1, .H = 3, .W = 8, .K = 2, .R = 1, .S = 3, .pad_left = 1, .pad_right = 1};
  return make_layer(s, std::vector<std::int16_t>(6, 1), std::vector<std::int16_t>(24, 1));
}

/// Calls `visit(k, oy, ox, sum)` for every output PE `p` drains, with its window entry.
template <class Visit>
void each_reached(PpuBench& bench, std::size_t p, Visit&& visit) {
  const TileJob& tile = bench.job.tiles()[0];
  const PeRegion& region = tile.regions[p];
  const auto sums = bench.banks[p].sums(0);
  for (std::int64_t k = 0; k < 2; ++k)
    for (std::int64_t oy = region.reach.rows.begin; oy < region.reach.rows.end; ++oy)
      for (std::int64_t ox = region.reach.cols.begin; ox < region.reach.cols.end; ++ox)
        visit(k, oy, ox,
              sums[static_cast<std::size_t>((k * tile.tile.HA + oy - region.o0) * tile.tile.WA +
                                            ox - region.p0)]);
}

/// Every PPU drains in the cycles the rule says; the clocked one by doing it.
void check_drain_time(memory::Engine engine, std::int64_t entries, std::int64_t halo) {
  PpuBench bench(engine, array(entries, halo), layer_with_halo());
  bench.begin_layer();
  const TileJob& tile = bench.job.tiles()[0];
  REQUIRE(tile.shares[0].reached == 15);
  REQUIRE(tile.shares[0].sent == 3);
  REQUIRE(tile.shares[0].received == 3);
  bench.send_drain();
  run_cycles(60);
  bench.failures.rethrow_if_any();
  const std::int64_t expected = (30 + entries - 1) / entries + (6 + halo - 1) / halo;
  for (std::size_t p = 0; p < 2; ++p) {
    CHECK(bench.drained[p].read().groups == 1);
    CHECK(bench.drained[p].read().tile == 1);
    CHECK(bench.drained[p].read().cycles == expected);
    CHECK(bench.ppus[p].halo_transfers() == 6);
    if (engine == memory::Engine::clocked) CHECK(bench.taken[p] == expected);
  }
}

/// The sums of all windows arrive once where they belong, and the windows are zero again.
void check_values(memory::Engine engine) {
  PpuBench bench(engine, array(4, 2), layer_with_halo());
  bench.begin_layer();
  Tensor<std::int64_t> expected({1, 2, 3, 8});
  std::int64_t next = 1;
  for (std::size_t p = 0; p < 2; ++p)
    each_reached(bench, p, [&](auto k, auto oy, auto ox, std::int64_t& sum) {
      sum = next++;
      expected.at(k, oy, ox) += sum;
    });
  bench.send_drain();
  run_cycles(60);
  for (std::size_t p = 0; p < 2; ++p)
    each_reached(bench, p, [](auto, auto, auto, std::int64_t& sum) { CHECK(sum == 0); });
  bench.send_output(OutputStage::measure);
  CHECK(bench.collector.accumulated == expected);
  CHECK(bench.reports[0].read().stage == OutputStage::measure);
}

}  // namespace

TEST_CASE("The clocked PPU drains its entries, then its halo, a rate's worth per cycle") {
  check_drain_time(memory::Engine::clocked, 4, 4);
}
TEST_CASE("The clocked PPU drains as fast as its rates allow") {
  check_drain_time(memory::Engine::clocked, 32, 64);
}
TEST_CASE("The clocked PPU drains single entries") {
  check_drain_time(memory::Engine::clocked, 1, 1);
}
TEST_CASE("The decoupled PPU reports the same drain times") {
  check_drain_time(memory::Engine::decoupled, 4, 4);
}
TEST_CASE("Sums drained cycle by cycle reach their owners once") {
  check_values(memory::Engine::clocked);
}
TEST_CASE("Sums drained at once reach their owners once") {
  check_values(memory::Engine::decoupled);
}

TEST_CASE("A PPU that loses a halo entry loses one row part, once") {
  PpuBench bench(memory::Engine::decoupled, array(4, 2), layer_with_halo());
  bench.ppus[0].set_fault({FaultKind::lose_halo, 0});
  bench.ppus[1].set_fault({FaultKind::lose_halo, 0});  // not this one's
  bench.begin_layer();
  for (auto& b : bench.banks)
    for (auto& sum : b.sums(0)) sum = 1;
  bench.send_drain();
  bench.send_output(OutputStage::measure);
  const auto& sums = bench.collector.accumulated;
  CHECK(sums.at(0, 0, 4) == 1);  // the first halo entry of PE 0 is lost
  CHECK(sums.at(0, 1, 4) == 2);
  CHECK(sums.at(0, 0, 3) == 2);
}

TEST_CASE("PPUs measure, then quantise with one scale and compress what they own") {
  auto layer = layer_with_halo();
  layer.weight_scale = 0.5;
  layer.input_scale = 0.25;
  layer.bias = {0.0F, 10.0F};
  memory::Architecture arch = array(32, 32);
  arch.accumulator_bits = 6;
  PpuBench bench(memory::Engine::decoupled, arch, std::move(layer));
  bench.begin_layer();
  // Only PE 1 has sums; it drains columns 3 to 7, of which PE 0 owns the first.
  each_reached(bench, 1, [](auto k, auto oy, auto ox, std::int64_t& sum) {
    if (oy == 0 && k == 0) sum = ox == 3 ? 40 : ox == 4 ? -32 : ox == 5 ? -33 : 0;
    if (oy == 0 && k == 1) sum = ox == 3 ? 80 : 0;
  });
  bench.send_drain();
  bench.send_output(OutputStage::measure);
  // PE 0 owns 40 and 80, of which no one fits 6 bits; PE 1's -33 does not, -32 does.
  CHECK(bench.reports[0].read().overflows == 2);
  CHECK(bench.reports[1].read().overflows == 1);
  CHECK(bench.reports[0].read().peak == 80 * 0.125 + 10);
  CHECK(bench.reports[1].read().peak == 10.0);
  CHECK(bench.collector.output.at(0, 0, 3) == 5.0F);
  CHECK(bench.collector.output.at(1, 2, 7) == 10.0F);
  bench.send_output(OutputStage::compress, 2.0);
  CHECK(bench.reports[1].read().stage == OutputStage::compress);
  // PE 0: k 0 has one element (5/2 rounds to even 2), k 1 all 12.
  CHECK(bench.oarams[0].blocks()[0].values == std::vector<std::int16_t>{2});
  CHECK(bench.oarams[0].blocks()[0].runs == std::vector<std::uint16_t>{3});
  CHECK(bench.oarams[0].blocks()[1].values.size() == 12);
  CHECK(bench.oarams[0].blocks()[1].values[3] == 10);
  CHECK(bench.reports[0].read().stored == 13);
  CHECK(bench.oarams[1].blocks()[0].values == std::vector<std::int16_t>{-2, -2});
  CHECK(bench.reports[1].read().stored == 14);
  // The next layer finds the OARAM empty.
  bench.send_output(OutputStage::begin);
  CHECK(bench.oarams[0].stored() == 0);
}
