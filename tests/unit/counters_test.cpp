#include "memory/counters.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cstring>
#include <set>

using namespace scnn::memory;

TEST_CASE("The table names every counter once, in alphabetical order") {
  const auto& table = counter_table();
  CHECK(sizeof(Counters) == table.size() * sizeof(std::uint64_t));
  CHECK(std::ranges::is_sorted(table, std::less_equal<>{}, &CounterInfo::name));
  // Setting each through the table fills the whole struct: no member is missing or twice.
  Counters c;
  for (const CounterInfo& info : table) {
    CHECK(c.*info.member == 0);
    c.*info.member = 1;
  }
  std::array<std::uint64_t, sizeof(Counters) / sizeof(std::uint64_t)> words{};
  std::memcpy(words.data(), &c, sizeof c);
  CHECK(std::ranges::all_of(words, [](auto word) { return word == 1; }));
}

TEST_CASE("Every counter has a unit and a description") {
  const std::set<std::string_view> units{"cycles",   "PE-cycles", "products", "steps",  "updates",
                                         "accesses", "entries",   "bits",     "outputs"};
  for (const CounterInfo& info : counter_table()) {
    INFO(info.name);
    CHECK(units.contains(info.unit));
    CHECK(info.description.size() > 10);
  }
}

TEST_CASE("Counters add member by member") {
  Counters a, b;
  std::uint64_t n = 1;
  for (const CounterInfo& info : counter_table()) {
    a.*info.member = n;
    b.*info.member = 1000 * n;
    ++n;
  }
  a += b;
  n = 1;
  for (const CounterInfo& info : counter_table()) {
    INFO(info.name);
    CHECK(a.*info.member == 1001 * n++);
  }
}
