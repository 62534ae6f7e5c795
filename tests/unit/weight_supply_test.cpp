// The weight supply without its modules: DRAM stream, arrivals, FIFO queue.
#include <algorithm>
#include <catch2/catch.hpp>

#include "memory/arrivals.hpp"
#include "memory/dram.hpp"
#include "memory/weight_fifo.hpp"
#include "sparse_formats/error.hpp"
#include "tests/support/draw.hpp"

using namespace scnn;
using namespace scnn::memory;
using scnn::test::Draw;

namespace {

using Cycles = std::vector<std::int64_t>;

/// A stream that is all on chip in cycle 1.
WeightStream quick_stream(std::size_t entries) {
  WeightStream stream;
  stream.bits.assign(entries, 1);
  return stream;
}

Architecture supply(std::int64_t fifo, std::int64_t lanes, std::int64_t latency = 0) {
  Architecture a;
  a.weight_fifo_entries = fifo;
  a.broadcast_entries_per_cycle = lanes;
  a.dram = {.bytes_per_cycle = 1, .latency_cycles = latency};
  return a;
}

Cycles arrivals_of(const Arrivals& a) { return {a.cycles(), a.cycles() + a.known()}; }
Cycles late_of(const Arrivals& a) { return {a.late_until(), a.late_until() + a.known()}; }

/// S23 as it reads, for pops that are all known.
Cycles arrivals_by_rule(const Architecture& a, const DramStream& dram,
                        const std::vector<Cycles>& pops) {
  Cycles D;
  const auto lanes = static_cast<std::size_t>(a.broadcast_entries_per_cycle);
  const auto depth = static_cast<std::size_t>(a.weight_fifo_entries);
  for (std::size_t j = 0; j < dram.size(); ++j) {
    std::int64_t d = dram.on_chip_cycle(j);
    if (j >= 1) d = std::max(d, D[j - 1]);
    if (j >= lanes) d = std::max(d, D[j - lanes] + 1);
    if (j >= depth)
      for (const Cycles& pe : pops) d = std::max(d, pe[j - depth] + 1);
    D.push_back(d);
  }
  return D;
}

}  // namespace

TEST_CASE("An entry is on chip once the latency is over and its last bit has come") {
  WeightStream stream;
  stream.bits = {1, 8 * 50, 8 * 50 + 1, 8 * 50 + 2, 24 * 50};
  const DramStream dram({.bytes_per_cycle = 50, .latency_cycles = 100}, stream);
  CHECK(dram.size() == 5);
  CHECK(dram.on_chip_cycle(0) == 101);
  CHECK(dram.on_chip_cycle(1) == 101);  // exactly one cycle's worth
  CHECK(dram.on_chip_cycle(2) == 102);  // one bit more
  CHECK(dram.on_chip_cycle(3) == 102);
  CHECK(dram.on_chip_cycle(4) == 103);
}

TEST_CASE("A transfer takes whole cycles") {
  const Dram dram{.bytes_per_cycle = 50, .latency_cycles = 100};
  CHECK(transfer_cycles(0, dram) == 0);
  CHECK(transfer_cycles(1, dram) == 1);
  CHECK(transfer_cycles(400, dram) == 1);
  CHECK(transfer_cycles(401, dram) == 2);
}

TEST_CASE("As many entries arrive in a cycle as the broadcast has lanes") {
  const auto stream = quick_stream(7);
  const Architecture arch = supply(50, 3);
  Arrivals arrivals;
  arrivals.start(arch, DramStream(arch.dram, stream), 2);
  REQUIRE(arrivals.extend());
  CHECK(arrivals_of(arrivals) == Cycles{1, 1, 1, 2, 2, 2, 3});
  CHECK(late_of(arrivals) == Cycles{1, 1, 1, 2, 2, 2, 3});
  CHECK_FALSE(arrivals.extend());
}

TEST_CASE("A full FIFO holds the broadcast until the cycle after the last PE's pop") {
  const auto stream = quick_stream(4);
  const Architecture arch = supply(2, 4);
  Arrivals arrivals;
  arrivals.start(arch, DramStream(arch.dram, stream), 2);
  REQUIRE(arrivals.extend());
  CHECK(arrivals.known() == 2);
  // One PE's pops are not enough: the other may be slower.
  arrivals.report_pops(0, 1, Cycles{5, 6});
  CHECK_FALSE(arrivals.extend());
  CHECK(arrivals.known() == 2);
  arrivals.report_pops(1, 1, Cycles{9});
  REQUIRE(arrivals.extend());
  CHECK(arrivals_of(arrivals) == Cycles{1, 1, 10});
  // The supply was late until cycle 1 only; afterwards the full FIFO was in the way.
  CHECK(late_of(arrivals) == Cycles{1, 1, 1});
  arrivals.report_pops(1, 1, Cycles{9});
  REQUIRE(arrivals.extend());
  CHECK(arrivals_of(arrivals) == Cycles{1, 1, 10, 10});
  CHECK_FALSE(arrivals.extend());
}

TEST_CASE("The DRAM delays the broadcast entry by entry") {
  WeightStream stream;
  stream.bits = {8, 16, 80, 88};
  const Architecture arch = supply(50, 4, 3);
  Arrivals arrivals;
  arrivals.start(arch, DramStream(arch.dram, stream), 1);
  REQUIRE(arrivals.extend());
  CHECK(arrivals_of(arrivals) == Cycles{4, 5, 13, 14});
}

TEST_CASE("A new tile starts from nothing") {
  const auto stream = quick_stream(4);
  const Architecture arch = supply(2, 1);
  Arrivals arrivals;
  arrivals.start(arch, DramStream(arch.dram, stream), 1);
  REQUIRE(arrivals.extend());
  arrivals.report_pops(0, 1, Cycles{100, 200});
  REQUIRE(arrivals.extend());
  arrivals.start(arch, DramStream(arch.dram, stream), 1);
  CHECK(arrivals.known() == 0);
  REQUIRE(arrivals.extend());
  CHECK(arrivals_of(arrivals) == Cycles{1, 2});
}

TEST_CASE("A tile without weights has no arrivals") {
  const WeightStream stream;
  const Architecture arch = supply(2, 1);
  Arrivals arrivals;
  arrivals.start(arch, DramStream(arch.dram, stream), 3);
  CHECK_FALSE(arrivals.extend());
  CHECK(arrivals.known() == 0);
}

TEST_CASE("Arrivals equal the rule on random pops, in whatever portions they come") {
  for (std::int64_t seed = 1; seed <= 200; ++seed) {
    Draw draw(seed, "arrivals");
    const Architecture arch = supply(draw.between(1, 6), draw.between(1, 5), draw.between(0, 9));
    WeightStream stream;
    std::uint64_t bits = 0;
    for (std::int64_t j = draw.between(1, 40); j > 0; --j)
      stream.bits.push_back(bits += static_cast<std::uint64_t>(draw.between(1, 20)));
    const DramStream dram(arch.dram, stream);
    const auto pes = static_cast<std::size_t>(draw.between(1, 4));
    Arrivals arrivals;
    arrivals.start(arch, dram, pes);
    std::vector<Cycles> pops(pes);
    INFO("seed " << seed);
    while (arrivals.known() < dram.size()) {
      arrivals.extend();
      // Some PEs pop some of what they were promised, each entry after it arrived.
      for (std::size_t p = 0; p < pes; ++p) {
        const std::size_t before = pops[p].size();
        const std::size_t share = draw.chance(70) ? arrivals.known() : before;
        for (std::size_t j = before; j < share; ++j) {
          const std::int64_t earliest =
              std::max(arrivals.cycles()[j] + 1, pops[p].empty() ? 0 : pops[p].back());
          pops[p].push_back(earliest + draw.between(0, 3));
        }
        arrivals.report_pops(p, 1, std::span(pops[p]).subspan(before));
      }
    }
    for (Cycles& p : pops) p.resize(dram.size(), 0);
    REQUIRE(arrivals_of(arrivals) == arrivals_by_rule(arch, dram, pops));
  }
}

TEST_CASE("A weight queue hands out what was pushed, by entry number, round its ring") {
  WeightQueue queue(3, 2);
  const sparse::StoredWeight a{1, 0, 0, 0}, b{2, 1, 0, 0};
  const std::vector<sparse::StoredWeight> pair{a, b}, single{b};
  for (std::size_t round = 0; round < 5; ++round) {
    CHECK(queue.pushed() == 2 * round);
    queue.push(pair);
    queue.push(single);
    CHECK_FALSE(queue.full());
    CHECK(std::ranges::equal(queue.at(2 * round), pair));
    CHECK(std::ranges::equal(queue.at(2 * round + 1), single));
    queue.pop();
    queue.pop();
    CHECK(queue.popped() == 2 * round + 2);
  }
}

TEST_CASE("A weight queue refuses what its contract forbids") {
  WeightQueue queue(2, 2);
  const std::vector<sparse::StoredWeight> vector(2), wide(3);
  CHECK_THROWS_WITH(queue.pop(), "weight FIFO: pop 0 of nothing");
  CHECK_THROWS_AS(queue.push(wide), ModelError);
  queue.push(vector);
  queue.push(vector);
  CHECK(queue.full());
  CHECK_THROWS_WITH(queue.push(vector), "weight FIFO: entry 2 of 2 weights pushed, holding 2 of 2");
  queue.pop();
  CHECK_THROWS_WITH(queue.at(0), "weight FIFO: entry 0 read, holding [1, 2)");
  CHECK_THROWS_WITH(queue.at(2), "weight FIFO: entry 2 read, holding [1, 2)");
  CHECK_NOTHROW(queue.at(1));
  queue.clear();
  CHECK(queue.pushed() == 0);
  CHECK_THROWS_AS(queue.at(1), ModelError);
}
