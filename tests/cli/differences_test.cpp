// What explains a change of cycles, by hand.
#include "tools/regression/differences.hpp"

#include <catch2/catch.hpp>

#include "tools/regression/difference_text.hpp"

using namespace scnn;
using namespace scnn::cli::regression;
using nlohmann::ordered_json;

namespace {

/// A layer whose PEs issue, stall and drain; `compute_cycles` follows for `pes` PEs.
Part layer(std::uint64_t issue, std::uint64_t stall, std::uint64_t drain, std::uint64_t pes = 2) {
  Part part;
  part.name = "conv1";
  part.facts = ordered_json::object();
  part.counters.issue = issue;
  part.counters.bank_stall = stall;
  part.counters.drain = drain;
  part.counters.compute_cycles = part.counters.cycles = (issue + stall + drain) / pes;
  return part;
}

Counted run(const std::vector<Part>& layers, std::int64_t pes = 2) {
  Counted counted{pes, layers, {}};
  counted.total.name = "total";
  counted.total.facts = ordered_json::object();
  for (const Part& part : layers) counted.total.counters += part.counters;
  return counted;
}

std::vector<std::string> names(const PartChange& part) {
  std::vector<std::string> names;
  for (const auto& c : part.counters) names.emplace_back(c.counter->name);
  return names;
}

}  // namespace

TEST_CASE("a run does not differ from itself") {
  const Counted a = run({layer(10, 4, 6)});
  CHECK(compare(a, a).empty());
}

TEST_CASE("shares of the activities add up to the change of compute_cycles") {
  // 20 cycles of two PEs become 25: eight stalls and four drains more, two issues fewer.
  const auto difference = compare(run({layer(20, 4, 16)}), run({layer(18, 12, 20)}));
  REQUIRE(difference.parts.size() == 2);
  const PartChange& part = difference.parts.front();
  CHECK(names(part) ==
        std::vector<std::string>{"bank_stall", "compute_cycles", "cycles", "drain", "issue"});
  REQUIRE(part.activities.size() == 3);
  CHECK(part.activities[0].activity == "bank_stall");
  CHECK(part.activities[0].before == 2.0);
  CHECK(part.activities[0].after == 6.0);
  CHECK(part.activities[0].share == Approx(0.8));
  CHECK(part.activities[1].activity == "drain");
  CHECK(part.activities[1].share == Approx(0.4));
  CHECK(part.activities[2].activity == "issue");
  CHECK(part.activities[2].share == Approx(-0.2));
  CHECK(cycles_sentence(part) ==
        "compute_cycles +5 (+25.00 %): bank_stall +4.0 (80 %), drain +2.0 (40 %), issue -1.0 "
        "(-20 %)");
}

TEST_CASE("machines with other numbers of PEs are compared by the cycles of one PE") {
  // 10 cycles each: two PEs issue for 8 cycles, four PEs for 2.
  const auto difference = compare(run({layer(16, 0, 4, 2)}, 2), run({layer(8, 20, 12, 4)}, 4));
  const PartChange& part = difference.parts.front();
  REQUIRE(part.activities.size() == 3);
  CHECK(part.activities[0].change() == -6.0);
  CHECK_FALSE(part.activities[0].share);
  CHECK(cycles_sentence(part) ==
        "compute_cycles as before, spent otherwise: issue -6.0, bank_stall +5.0, drain +1.0");
}

TEST_CASE("counters that no cycle depends on are told apart") {
  Part more = layer(10, 4, 6);
  more.counters.oaram_writes = 7;
  const auto difference = compare(run({layer(10, 4, 6)}), run({more}));
  CHECK(names(difference.parts.front()) == std::vector<std::string>{"oaram_writes"});
  CHECK(cycles_sentence(difference.parts.front()) == "no cycle of a PE moved");
}

TEST_CASE("cycles that DRAM traffic decides are said to be") {
  Part slow = layer(10, 4, 6);
  slow.counters.cycles = 15;
  const auto now = compare(run({layer(10, 4, 6)}), run({slow}));
  CHECK(cycles_sentence(now.parts.front()) ==
        "no cycle of a PE moved; cycles +5, DRAM traffic takes longer than computing now");
  const auto no_more = compare(run({slow}), run({layer(10, 4, 6)}));
  CHECK(cycles_sentence(no_more.parts.front()) ==
        "no cycle of a PE moved; cycles -5, DRAM traffic takes longer than computing no more");
}

TEST_CASE("a tolerance is met up to its last count and for its counter alone") {
  const Counted a = run({layer(100, 0, 0)}), b = run({layer(110, 0, 0)});
  const auto tolerated = [&](const Tolerances& t) { return compare(a, b, t); };
  const Tolerance ten{10.0, false}, tenth{0.1, true};
  const Tolerance nine{9.0, false}, less{0.0999, true};
  for (const Tolerance& enough : {ten, tenth}) {
    const auto d = tolerated({{"issue", enough}, {"cycles", ten}, {"compute_cycles", ten}});
    CHECK(d.empty());
    CHECK(d.tolerated == 6);  // of the layer and of the total
  }
  for (const Tolerance& little : {nine, less}) {
    const auto d = tolerated({{"issue", little}, {"cycles", ten}, {"compute_cycles", ten}});
    REQUIRE(d.parts.size() == 2);
    CHECK(names(d.parts.front()) == std::vector<std::string>{"issue"});
  }
  CHECK(names(tolerated({{"issue", ten}}).parts.front()) ==
        std::vector<std::string>{"compute_cycles", "cycles"});
  CHECK(Tolerance{10.0, false}.allows(110, 100));
  CHECK_FALSE(Tolerance{0.5, true}.allows(0, 1));
}

TEST_CASE("layers of one run only, and another order, are differences") {
  Part other = layer(10, 4, 6);
  other.name = "conv2";
  const Part one = layer(10, 4, 6);
  const auto missing = compare(run({one, other}), run({other}));
  CHECK(missing.only_before == std::vector<std::string>{"conv1"});
  CHECK(missing.only_after.empty());
  CHECK_FALSE(missing.reordered);
  const auto turned = compare(run({one, other}), run({other, one}));
  CHECK(turned.reordered);
  CHECK_FALSE(turned.empty());
}

TEST_CASE("leaves of two objects are compared by their dotted keys") {
  const auto a = ordered_json::parse(R"({"a":{"b":1,"c":[1,2]},"d":"x","gone":null})");
  const auto b = ordered_json::parse(R"({"d":"x","a":{"b":1,"c":[2,1]},"new":{"e":true}})");
  const auto changes = value_changes(a, b);
  REQUIRE(changes.size() == 3);
  CHECK(values_text(changes, "- ") ==
        "- a.c is [2,1], was [1,2]\n- gone is not there, was null\n- new.e is true, was not "
        "there\n");
}
