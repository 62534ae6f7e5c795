// Passes over times of weight vectors, on every instruction set of this processor, against what
// they say in a line each.
#include "memory/time_kernel.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <vector>

#include "pe/waits.hpp"
#include "sparse_formats/instruction_set.hpp"
#include "tests/support/draw.hpp"

using namespace scnn;
using namespace scnn::memory;
using scnn::test::Draw;

namespace {

using Times = std::vector<std::int64_t>;
using Record = std::vector<std::int32_t>;

/// In order, with leaps; from far before to far behind what a record can say.
Times random_times(Draw& draw, std::size_t count) {
  Times times;
  std::int64_t time = draw.one_of<std::int64_t>({-5'000'000'000, -20, 0, 2'147'483'600});
  for (std::size_t i = 0; i < count; ++i) {
    time += draw.chance(5) ? draw.between(0, 4'000'000'000) : draw.between(0, 3);
    times.push_back(time);
  }
  return times;
}

std::int32_t recorded(std::int64_t time, std::int64_t start) {
  return static_cast<std::int32_t>(
      std::clamp<std::int64_t>(time - start, -1, std::numeric_limits<std::int32_t>::max()));
}

template <class Check>
void on_every_target(Check check) {
  for (const std::string& target : instruction_sets()) {
    force_instruction_set(target);
    for (std::int64_t seed = 1; seed <= 100; ++seed) {
      INFO("instruction set " << target << ", seed " << seed);
      Draw draw(seed, "times");
      check(draw, static_cast<std::size_t>(draw.between(0, 40)));
    }
  }
  force_instruction_set("");
}

}  // namespace

TEST_CASE("The latest of two times is kept at every place") {
  on_every_target([](Draw& draw, std::size_t count) {
    Times latest = random_times(draw, count);
    const Times times = random_times(draw, count);
    Times expected;
    std::ranges::transform(latest, times, std::back_inserter(expected),
                           [](auto a, auto b) { return std::max(a, b); });
    keep_latest(latest.data(), times);
    CHECK(latest == expected);
  });
}

TEST_CASE("A record says of a time when it was after the start, if it was and can be said") {
  on_every_target([](Draw& draw, std::size_t count) {
    const Times times = random_times(draw, count);
    const std::int64_t start = draw.between(-30, 30);
    Record record(count), expected;
    for (const std::int64_t time : times) expected.push_back(recorded(time, start));
    record_times(times, start, record.data());
    CHECK(record == expected);

    const std::int64_t later = draw.between(0, 1'000'000'000'000);
    Times recalled(count), from_later;
    for (const std::int32_t time : record) from_later.push_back(later + time);
    recall_times(record, later, recalled.data());
    CHECK(recalled == from_later);
  });
}

TEST_CASE("Times are as recorded up to the first that is not") {
  on_every_target([](Draw& draw, std::size_t count) {
    const Times times = random_times(draw, count);
    const std::int64_t start = draw.between(-30, 30);
    Record record(count);
    record_times(times, start, record.data());
    CHECK(as_recorded(times, start, record.data()) == count);
    if (count == 0) return;
    const auto wrong =
        static_cast<std::size_t>(draw.between(0, static_cast<std::int64_t>(count) - 1));
    record[wrong] ^= 1;
    CHECK(as_recorded(times, start, record.data()) == wrong);
  });
}

TEST_CASE("Cycles of a late supply are those that a PE without activations waits") {
  on_every_target([](Draw& draw, std::size_t count) {
    const Times arrivals = random_times(draw, count);
    Times late;
    for (const std::int64_t cycle : arrivals) late.push_back(cycle + draw.between(-6, 6));
    const std::int64_t start = draw.between(-30, 30);
    std::int64_t expected = 0;
    const std::int64_t end = count > 0 ? arrivals.back() + 1 : start;
    pe::visit_waits({count, arrivals.data(), late.data()}, 0, count == 0 ? 0 : count - 1, start,
                    count == 0 ? start : end,
                    [&](std::int64_t from, std::int64_t to, bool is_late) {
                      expected += is_late ? to - from : 0;
                    });
    CHECK(late_waits(arrivals, late.data(), start) == expected);
  });
}
