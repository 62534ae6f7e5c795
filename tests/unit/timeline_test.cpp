// Timelines of PEs and of the weight supply, without a machine.
#include "pe/timeline.hpp"

#include <catch2/catch.hpp>
#include <tuple>

#include "pe/waits.hpp"
#include "sim/supply_trace.hpp"
#include "tests/support/draw.hpp"

using namespace scnn;
using pe::Activity;
using pe::Timeline;
using pe::TraceDetail;
using scnn::test::Draw;

namespace {

Timeline timeline_of(const Timeline::Scope& scope) {
  Timeline t;
  t.begin(scope);
  return t;
}

std::uint64_t cycles(const pe::Share& share, Activity activity) {
  return share.cycles[static_cast<std::size_t>(activity)];
}

bool same(const pe::Share& a, const pe::Share& b) {
  return a.first == b.first && a.end == b.end && a.cycles == b.cycles;
}

void check_same(const Timeline& a, const Timeline& b) {
  CHECK(same(a.group(), b.group()));
  CHECK(a.stretches() == b.stretches());
  CHECK(a.waits() == b.waits());
  REQUIRE(a.blocks().size() == b.blocks().size());
  for (std::size_t i = 0; i < a.blocks().size(); ++i) {
    CHECK(a.blocks()[i].block == b.blocks()[i].block);
    CHECK(same(a.blocks()[i].share, b.blocks()[i].share));
  }
}

/// Parts of a wait as (first, end, late).
std::vector<std::tuple<std::int64_t, std::int64_t, bool>> parts(
    const std::vector<std::int64_t>& arrival, const std::vector<std::int64_t>& late_until,
    std::int64_t from, std::int64_t end) {
  std::vector<std::tuple<std::int64_t, std::int64_t, bool>> found;
  pe::visit_waits({arrival.size(), arrival.data(), late_until.data()}, 0, arrival.size() - 1, from,
                  end,
                  [&](auto low, auto high, bool late) { found.emplace_back(low, high, late); });
  return found;
}

}  // namespace

TEST_CASE("Cycles of one activity and block become one interval") {
  Timeline t = timeline_of({.detail = TraceDetail::step});
  t.add(Activity::buffer_wait, pe::kNoBlock, 0, 2);
  t.add(Activity::issue, 0, 2, 3);
  t.add(Activity::issue, 0, 3, 4);
  t.add(Activity::issue, 1, 4, 5);
  t.add(Activity::bank_stall, 1, 5, 7);
  t.add(Activity::issue, 1, 7, 8);
  t.add(Activity::bank_stall, pe::kNoBlock, 8, 9);
  t.add(Activity::barrier_wait, pe::kNoBlock, 9, 12);
  CHECK(t.waits() == std::vector<pe::Stretch>{{Activity::buffer_wait, pe::kNoBlock, 0, 2},
                                              {Activity::barrier_wait, pe::kNoBlock, 9, 12}});
  CHECK(t.stretches() == std::vector<pe::Stretch>{{Activity::issue, 0, 2, 4},
                                                  {Activity::issue, 1, 4, 5},
                                                  {Activity::bank_stall, 1, 5, 7},
                                                  {Activity::issue, 1, 7, 8},
                                                  {Activity::bank_stall, pe::kNoBlock, 8, 9}});
  REQUIRE(t.blocks().size() == 3);
  CHECK(t.blocks()[1].block == 1);
  CHECK(t.blocks()[1].share.first == 4);
  CHECK(t.blocks()[1].share.end == 8);
  CHECK(cycles(t.blocks()[1].share, Activity::issue) == 2);
  CHECK(t.group().first == 2);
  CHECK(t.group().end == 9);
  CHECK(cycles(t.group(), Activity::issue) == 4);
  CHECK(cycles(t.group(), Activity::bank_stall) == 3);
}

TEST_CASE("A coarser level holds the sums of a finer one") {
  Timeline group = timeline_of({.detail = TraceDetail::group});
  Timeline channel = timeline_of({.detail = TraceDetail::channel});
  for (Timeline* t : {&group, &channel}) {
    t->add(Activity::weight_wait, 3, 10, 15);
    t->add(Activity::issue, 3, 15, 16);
  }
  CHECK(same(group.group(), channel.group()));
  CHECK(group.blocks().empty());
  CHECK(channel.blocks().size() == 1);
  CHECK(channel.stretches().empty());
}

TEST_CASE("Blocks that count as one share a slice and an interval") {
  Timeline t = timeline_of({.detail = TraceDetail::step, .blocks = 4});
  for (std::int32_t block : {1, 2, 3, 4, 9}) t.add(Activity::issue, block, block, block + 1);
  t.add(Activity::bank_stall, pe::kNoBlock, 10, 11);
  REQUIRE(t.blocks().size() == 4);
  CHECK(t.blocks()[0].block == 0);
  CHECK(t.blocks()[0].share.end == 4);
  CHECK(t.blocks()[1].block == 4);
  CHECK(t.blocks()[2].block == 8);
  CHECK(t.blocks()[3].block == pe::kNoBlock);
  CHECK(t.stretches().front() == pe::Stretch{Activity::issue, 0, 1, 4});
}

TEST_CASE("What lies outside the scope is dropped, and cut at its ends") {
  Timeline t = timeline_of({.detail = TraceDetail::step, .first = 5, .end = 9});
  t.add(Activity::buffer_wait, pe::kNoBlock, 0, 5);
  t.add(Activity::issue, 0, 5, 6);
  t.add(Activity::bank_stall, 0, 6, 20);
  t.add(Activity::issue, 0, 20, 21);
  CHECK(t.waits().empty());
  CHECK(t.stretches() ==
        std::vector<pe::Stretch>{{Activity::issue, 0, 5, 6}, {Activity::bank_stall, 0, 6, 9}});
  CHECK(t.group().end == 9);
}

TEST_CASE("Samples are wanted in every so many-th cycle of the scope") {
  const Timeline t = timeline_of({.first = 5, .end = 17, .sample_cycles = 8});
  CHECK(t.next_sample(0) == 8);
  CHECK(t.next_sample(8) == 8);
  CHECK(t.next_sample(9) == 16);
  CHECK(t.next_sample(17) > 1000000);
  CHECK(timeline_of({.sample_cycles = 8}).next_sample(0) == 0);
  // A window at the end of all cycles ends as well.
  constexpr std::int64_t most = INT64_MAX;
  const Timeline late = timeline_of({.first = most - 3, .end = most, .sample_cycles = 8});
  CHECK(late.next_sample(0) == most);
  CHECK(late.next_sample(most - 1) == most);
}

TEST_CASE("Told cycle by cycle or in one go, a timeline is the same") {
  for (std::int64_t seed = 0; seed < 40; ++seed) {
    Draw draw(seed, "timeline");
    const Timeline::Scope scope{static_cast<TraceDetail>(draw.between(0, 2)), 1,
                                draw.between(0, 30), draw.between(20, 60), 4};
    Timeline whole = timeline_of(scope), single = timeline_of(scope);
    std::int64_t at = 0;
    for (int i = 0; i < 20; ++i) {
      const auto activity = static_cast<Activity>(draw.between(1, 5));
      const auto block = static_cast<std::int32_t>(i / 4);
      const std::int64_t end = at + draw.between(0, 6);
      whole.add(activity, block, at, end);
      for (; at < end; ++at) single.add(activity, block, at, at + 1);
    }
    check_same(whole, single);
  }
}

TEST_CASE("A wait is late until the supply has come, and then some PE's fault") {
  using Parts = std::vector<std::tuple<std::int64_t, std::int64_t, bool>>;
  CHECK(parts({9}, {9}, 4, 10) == Parts{{4, 10, true}});
  CHECK(parts({9}, {6}, 4, 10) == Parts{{4, 7, true}, {7, 10, false}});
  CHECK(parts({9}, {3}, 4, 10) == Parts{{4, 10, false}});
  CHECK(parts({2, 5, 9}, {2, 5, 7}, 4, 10) == Parts{{4, 6, true}, {6, 8, true}, {8, 10, false}});
  // Everything has arrived: the last vectors are only popped.
  CHECK(parts({2, 3}, {2, 3}, 4, 6) == Parts{{4, 6, false}});
  CHECK(parts({9}, {9}, 4, 4).empty());
}

TEST_CASE("The supply's groups pass when their first and last entries do") {
  memory::WeightStream stream;
  stream.group_first = {0, 2, 2, 5};
  sim::SupplyTrace supply;
  supply.begin(stream, 4);
  //           cycle    0  1  2  3  4  5
  const std::size_t on_chip[] = {0, 1, 2, 5, 5, 5};
  const std::size_t sent[] = {0, 0, 1, 1, 4, 5};
  for (std::size_t t = 0; t < 6; ++t) supply.cycle(on_chip[t], sent[t]);
  supply.end();
  REQUIRE(supply.groups().size() == 3);
  CHECK(supply.groups()[0].on_chip == 3);
  CHECK(supply.groups()[0].first_sent == 2);
  CHECK(supply.groups()[0].last_sent == 4);
  CHECK(supply.groups()[1].on_chip == -1);
  CHECK(supply.groups()[1].first_sent == -1);
  CHECK(supply.groups()[2].on_chip == 4);
  CHECK(supply.groups()[2].first_sent == 4);
  CHECK(supply.groups()[2].last_sent == 5);
  REQUIRE(supply.samples().size() == 2);
  CHECK(supply.samples()[0].end == 4);
  CHECK(supply.samples()[0].sent == 1);
  CHECK(supply.samples()[1].end == 6);
  CHECK(supply.samples()[1].on_chip == 5);
}
