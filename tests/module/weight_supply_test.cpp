// DRAM channel, weight broadcast and weight FIFO as modules.
#include <algorithm>
#include <catch2/catch.hpp>
#include <deque>

#include "memory/dram_channel.hpp"
#include "memory/weight_broadcast.hpp"
#include "memory/weight_fifo.hpp"
#include "sparse_formats/error.hpp"
#include "tests/module/clocking.hpp"
#include "tests/support/draw.hpp"

using namespace scnn;
using namespace scnn::memory;
using namespace scnn::test;
using Edge = AtEdge::Edge;

namespace {

using Cycles = std::vector<std::int64_t>;

/// Entries of one weight each, of 1 to `largest` bits.
WeightStream random_stream(Draw& draw, std::size_t entries, std::int64_t largest) {
  WeightStream stream;
  std::uint64_t bits = 0;
  for (std::size_t j = 0; j < entries; ++j) {
    stream.weights.push_back({static_cast<std::int16_t>(j + 1), 0, 0, 0});
    stream.vectors.push_back({static_cast<std::uint32_t>(j), 1});
    stream.bits.push_back(bits += static_cast<std::uint64_t>(draw.between(1, largest)));
  }
  stream.group_first = {0, static_cast<std::uint32_t>(entries)};
  return stream;
}

Architecture random_supply(Draw& draw) {
  Architecture a;
  a.pe_rows = 1;
  a.pe_cols = draw.between(1, 3);
  a.weight_fifo_entries = draw.between(1, 6);
  a.broadcast_entries_per_cycle = draw.between(1, 4);
  a.dram = {.bytes_per_cycle = draw.between(1, 3), .latency_cycles = draw.between(0, 9)};
  return a;
}

/// A DRAM channel on a clock, with what it reported at the end of every cycle.
struct DramBench {
  Clock clock;
  Wire<StreamCommand> command{"command"};
  Wire<OnChipReport> on_chip{"on_chip"};
  Failures failures;
  DramChannel dram;
  std::vector<std::size_t> counts;
  std::vector<std::uint64_t> tiles;
  AtEdge record{"record", clock, Edge::falling, [this](std::int64_t) {
                  counts.push_back(on_chip.read().count);
                  tiles.push_back(on_chip.read().tile);
                }};

  DramBench(const Architecture& arch, Engine engine) : dram("dram", arch, engine, failures) {
    dram.clock(clock);
    dram.command(command);
    dram.on_chip(on_chip);
  }
};

/// How long PE `pe` takes over entry j.
std::int64_t gap(std::size_t pe, std::size_t j) {
  return static_cast<std::int64_t>((j * 7 + pe * 3) % 5 % 4);
}

/// The whole supply of one engine, with PEs that pop on a schedule of their own.
class SupplyBench : public sc_core::sc_module {
 public:
  SupplyBench(const sc_core::sc_module_name& name, const Architecture& arch, Engine engine,
              Clock& clock, const WeightStream& stream)
      : sc_core::sc_module(name),
        pes_(static_cast<std::size_t>(arch.pe_count())),
        stream_(stream),
        dram_("dram", arch, engine, failures_),
        broadcast_("broadcast", arch, engine, failures_),
        last_pop_(pes_, 0),
        popped_(pes_, 0),
        times_(pes_) {
    dram_.clock(clock);
    dram_.command(command_);
    dram_.on_chip(on_chip_);
    broadcast_.clock(clock);
    broadcast_.command(command_);
    broadcast_.on_chip(on_chip_);
    broadcast_.arrivals(arrivals_);
    for (std::size_t p = 0; p < pes_; ++p) {
      pops_.emplace_back(("pops" + std::to_string(p)).c_str());
      broadcast_.pops[p](pops_[p]);
    }
    SC_HAS_PROCESS(SupplyBench);
    if (engine == Engine::clocked) {
      SC_METHOD(follow_clock);
      sensitive << clock.posedge_event();
    } else {
      SC_METHOD(run_ahead);
      sensitive << arrivals_.default_event();
    }
    dont_initialize();
  }

  void start(std::uint64_t tile) { command_.write({tile, &stream_}); }

  Cycles arrival;          ///< D[j]
  Cycles late_until;       ///< decoupled
  std::vector<bool> late;  ///< clocked: of each cycle, while entries were to come
  [[nodiscard]] std::uint64_t fifo_writes() const { return broadcast_.fifo_writes(); }
  [[nodiscard]] const Failures& failures() const { return failures_; }

 private:
  void follow_clock() {
    const ArrivalReport& report = arrivals_.read();
    if (report.stream != nullptr) {
      while (arrival.size() < report.arrived) arrival.push_back(cycle_ - 1);
      if (arrival.size() < stream_.vectors.size()) {
        late.resize(static_cast<std::size_t>(cycle_), true);
        late.push_back(report.late);
      }
    }
    for (std::size_t p = 0; p < pes_; ++p) {
      const std::size_t before = popped_[p];
      while (popped_[p] < arrival.size() && pop_cycle(p, popped_[p]) <= cycle_)
        last_pop_[p] = pop_cycle(p, popped_[p]), ++popped_[p];
      if (popped_[p] > before) pops_[p].write({report.tile, popped_[p], {}});
    }
    ++cycle_;
  }

  void run_ahead() {
    const ArrivalReport& report = arrivals_.read();
    arrival.assign(report.cycle, report.cycle + report.arrived);
    late_until.assign(report.late_until, report.late_until + report.arrived);
    for (std::size_t p = 0; p < pes_; ++p) {
      times_[p].clear();
      for (; popped_[p] < report.arrived; ++popped_[p])
        times_[p].push_back(last_pop_[p] = pop_cycle(p, popped_[p]));
      if (!times_[p].empty()) pops_[p].write({report.tile, popped_[p], times_[p]});
    }
  }

  [[nodiscard]] std::int64_t pop_cycle(std::size_t p, std::size_t j) const {
    return std::max(arrival[j] + 1, last_pop_[p] + gap(p, j));
  }

  std::size_t pes_;
  const WeightStream& stream_;
  Failures failures_;
  Wire<StreamCommand> command_{"command"};
  Wire<OnChipReport> on_chip_{"on_chip"};
  Wire<ArrivalReport> arrivals_{"arrivals"};
  std::deque<Wire<PopReport>> pops_;
  DramChannel dram_;
  WeightBroadcast broadcast_;
  Cycles last_pop_;
  std::vector<std::size_t> popped_;
  std::vector<Cycles> times_;
  std::int64_t cycle_ = 0;
};

/// A FIFO between hand-driven arrivals and a PE that pops when told to.
struct FifoBench {
  Clock clock;
  Wire<ArrivalReport> arrivals{"arrivals"};
  Wire<PopReport> pops{"pops"};
  Failures failures;
  WeightFifo fifo;
  int ready = 0;
  OnEvent count{"count", fifo.default_event(), [this] { ++ready; }};

  explicit FifoBench(const Architecture& arch) : fifo("fifo", arch, Engine::clocked, failures) {
    fifo.clock(clock);
    fifo.arrivals(arrivals);
    fifo.pops(pops);
  }
};

}  // namespace

TEST_CASE("The DRAM channel reports entries in the cycle before they can be broadcast") {
  Draw draw(1, "dram");
  const WeightStream stream = random_stream(draw, 40, 60);
  Architecture arch;
  arch.dram = {.bytes_per_cycle = 2, .latency_cycles = 5};
  DramBench bench(arch, Engine::clocked);
  bench.command.write({1, &stream});
  run_cycles(100);
  const DramStream expected(arch.dram, stream);
  for (std::size_t cycle = 0; cycle < bench.counts.size(); ++cycle) {
    // At the end of a cycle: what is on chip in the next.
    std::size_t count = 0;
    while (count < stream.bits.size() &&
           expected.on_chip_cycle(count) <= static_cast<std::int64_t>(cycle) + 1)
      ++count;
    INFO("cycle " << cycle);
    REQUIRE(bench.counts[cycle] == count);
  }
  CHECK(bench.counts[3] == 0);
  CHECK(bench.counts.back() == 40);
}

TEST_CASE("The DRAM channel starts over with a new tile and rests without one") {
  Draw draw(1, "dram");
  const WeightStream stream = random_stream(draw, 10, 8);
  Architecture arch;
  arch.dram = {.bytes_per_cycle = 1, .latency_cycles = 2};
  DramBench bench(arch, Engine::clocked);
  run_cycles(4);
  CHECK(bench.counts == std::vector<std::size_t>(4, 0));
  bench.command.write({1, &stream});
  run_cycles(20);
  CHECK(bench.counts.back() == 10);
  bench.command.write({2, &stream});
  run_cycles(1);
  CHECK(bench.tiles.back() == 2);
  CHECK(bench.counts.back() == 0);
  run_cycles(20);
  CHECK(bench.counts.back() == 10);
  bench.command.write({2, nullptr});
  run_cycles(3);
  CHECK(bench.tiles.back() == 2);
  bench.failures.rethrow_if_any();
}

TEST_CASE("The decoupled DRAM channel reports nothing") {
  Draw draw(1, "dram");
  const WeightStream stream = random_stream(draw, 10, 8);
  const Architecture arch;
  DramBench bench(arch, Engine::decoupled);
  bench.command.write({1, &stream});
  run_cycles(300);
  CHECK(bench.counts.back() == 0);
}

TEST_CASE("Clocked and decoupled broadcast deliver every entry in the same cycle") {
  Draw draw(3, "broadcast");
  Clock clock;
  std::deque<Architecture> archs;
  std::deque<WeightStream> streams;
  std::deque<SupplyBench> clocked, decoupled;
  for (int i = 0; i < 40; ++i) {
    archs.push_back(random_supply(draw));
    streams.push_back(
        random_stream(draw, static_cast<std::size_t>(draw.between(1, 60)), draw.one_of({4, 60})));
    const std::string n = std::to_string(i);
    clocked.emplace_back(("clocked" + n).c_str(), archs.back(), Engine::clocked, clock,
                         streams.back());
    decoupled.emplace_back(("decoupled" + n).c_str(), archs.back(), Engine::decoupled, clock,
                           streams.back());
    clocked.back().start(1);
    decoupled.back().start(1);
  }
  run_cycles(2000);
  for (std::size_t i = 0; i < clocked.size(); ++i) {
    const SupplyBench& c = clocked[i];
    const SupplyBench& d = decoupled[i];
    INFO("supply " << i);
    c.failures().rethrow_if_any();
    d.failures().rethrow_if_any();
    REQUIRE(c.arrival.size() == streams[i].vectors.size());
    REQUIRE(c.arrival == d.arrival);
    const auto pes = static_cast<std::uint64_t>(archs[i].pe_count());
    CHECK(c.fifo_writes() == streams[i].vectors.size() * pes);
    CHECK(d.fifo_writes() == c.fifo_writes());
    // Both say of every cycle whether the supply was late (S28).
    for (std::size_t cycle = 0; cycle < c.late.size(); ++cycle) {
      const auto at = static_cast<std::int64_t>(cycle);
      const auto j =
          static_cast<std::size_t>(std::ranges::lower_bound(d.arrival, at) - d.arrival.begin());
      if (j == d.arrival.size()) break;
      INFO("cycle " << cycle);
      REQUIRE(c.late[cycle] == (at <= d.late_until[j]));
    }
  }
}

TEST_CASE("A weight FIFO takes what arrived in the cycle before, then lets the PE run") {
  Draw draw(5, "fifo");
  const WeightStream stream = random_stream(draw, 6, 8);
  Architecture arch;
  arch.weight_fifo_entries = 2;
  FifoBench bench(arch);
  bench.fifo.begin_tile(1);
  run_cycles(2);
  CHECK(bench.ready == 2);
  CHECK(bench.fifo.arrived() == 0);
  CHECK(bench.fifo.supply_late());
  bench.arrivals.write({1, &stream, 2, false, nullptr, nullptr});
  CHECK(bench.fifo.arrived() == 0);
  run_cycles(1);
  CHECK(bench.fifo.arrived() == 2);
  CHECK_FALSE(bench.fifo.supply_late());
  CHECK(bench.fifo.at(1)[0].value == 2);
  bench.fifo.pop();
  run_cycles(1);
  CHECK(bench.pops.read().popped == 1);
  CHECK(bench.pops.read().tile == 1);
  CHECK(bench.fifo.popped() == 1);
  bench.arrivals.write({1, &stream, 3, true, nullptr, nullptr});
  run_cycles(1);
  CHECK(bench.fifo.at(2)[0].value == 3);
  CHECK(bench.fifo.supply_late());
  bench.failures.rethrow_if_any();
}

TEST_CASE("A weight FIFO ignores reports about another tile") {
  Draw draw(5, "fifo");
  const WeightStream stream = random_stream(draw, 6, 8);
  Architecture arch;
  FifoBench bench(arch);
  bench.fifo.begin_tile(2);
  bench.arrivals.write({1, &stream, 4, false, nullptr, nullptr});
  run_cycles(2);
  CHECK(bench.fifo.arrived() == 0);
  bench.arrivals.write({2, &stream, 4, false, nullptr, nullptr});
  run_cycles(1);
  CHECK(bench.fifo.arrived() == 4);
  bench.fifo.begin_tile(3);
  CHECK(bench.fifo.arrived() == 0);
}

TEST_CASE("A weight FIFO sent more than it holds ends the simulation with the reason") {
  Draw draw(5, "fifo");
  const WeightStream stream = random_stream(draw, 6, 8);
  Architecture arch;
  arch.weight_fifo_entries = 2;
  FifoBench bench(arch);
  bench.fifo.begin_tile(1);
  bench.arrivals.write({1, &stream, 3, false, nullptr, nullptr});
  run_cycles(5);
  CHECK(sc_core::sc_get_status() == sc_core::SC_PAUSED);
  CHECK(sc_core::sc_time_stamp() == sc_core::sc_time(0.25, sc_core::SC_NS));
  CHECK_THROWS_AS(bench.failures.rethrow_if_any(), ModelError);
}
