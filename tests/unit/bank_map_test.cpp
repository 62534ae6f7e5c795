// The four bank maps: banks by hand, by the rule, and what the maps promise.
#include "pe/bank_map.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "pe/tiling.hpp"
#include "tests/support/bank_rule.hpp"
#include "tests/support/draw.hpp"

using namespace scnn;
using namespace scnn::pe;
using memory::Accumulator;
using Map = memory::BankMap;

namespace {

using Banks = std::vector<std::int64_t>;

constexpr Map kMaps[] = {Map::linear, Map::xor_folded, Map::prime, Map::skewed};
/// VGG 2_1 and 2_2 on 8 x 8 PEs: tiles of 14 x 14 under kernels of 3 x 3.
constexpr Window kPitch16{8, 16, 16};

/// Accumulators of a map.
Accumulator with(Map map, std::int64_t banks) {
  Accumulator a;
  a.bank_map = map;
  a.banks = banks;
  return a;
}

/// Banks of entries (k, y, x) of a window.
Banks banks_of(const Accumulator& a, const Window& w, std::vector<std::array<std::int64_t, 3>> at) {
  const BankMap map(a, w);
  Banks banks;
  for (const auto& [k, y, x] : at) banks.push_back(map.bank((k * w.rows + y) * w.columns + x));
  return banks;
}

/// A number of banks that the map takes.
std::int64_t draw_banks(test::Draw& draw, Map map) {
  return map == Map::xor_folded ? std::int64_t{1} << draw.between(0, 6) : draw.between(1, 70);
}

}  // namespace

TEST_CASE("Banks take addresses in turn") {
  const BankMap map(with(Map::linear, 5), {1, 1, 23});
  for (std::int64_t a = 0; a < 23; ++a) CHECK(map.bank(a) == a % 5);
}

TEST_CASE("Digits of an address are folded into a bank") {
  const BankMap map(with(Map::xor_folded, 8), {1, 1, 600});
  CHECK(map.bank(0) == 0);
  CHECK(map.bank(7) == 7);
  CHECK(map.bank(010) == 1);    // octal: 1 xor 0
  CHECK(map.bank(011) == 0);    // 1 xor 1
  CHECK(map.bank(0123) == 0);   // 1 xor 2 xor 3
  CHECK(map.bank(0456) == 7);   // 4 xor 5 xor 6
  CHECK(map.bank(01057) == 3);  // 1 xor 0 xor 5 xor 7
  CHECK(BankMap(with(Map::xor_folded, 1), {1, 1, 600}).bank(599) == 0);
}

TEST_CASE("A prime number of banks takes addresses in turn, the others none") {
  const BankMap map(with(Map::prime, 32), {1, 1, 100});
  CHECK(map.bank(30) == 30);
  CHECK(map.bank(31) == 0);
  CHECK(map.bank(99) == 6);
  const std::pair<std::int64_t, std::int64_t> in_use[] = {
      {1, 1},   {2, 2},   {3, 3},   {4, 3},     {9, 7},      {16, 13},
      {32, 31}, {64, 61}, {97, 97}, {128, 127}, {4096, 4093}};
  for (const auto& [banks, prime] : in_use) CHECK(banks_in_use(with(Map::prime, banks)) == prime);
  CHECK(banks_in_use(with(Map::linear, 32)) == 32);
}

TEST_CASE("Channels, rows and columns are 3, 9 and 1 banks apart") {
  CHECK(banks_of(with(Map::skewed, 32), {4, 5, 50},
                 {{0, 0, 31}, {0, 0, 32}, {0, 1, 0}, {1, 0, 0}, {2, 3, 0}, {3, 4, 49}}) ==
        Banks{31, 0, 9, 3, 1, 30});
  CHECK(banks_of(with(Map::skewed, 5), {2, 3, 2}, {{0, 0, 1}, {0, 1, 0}, {1, 2, 1}}) ==
        Banks{1, 4, 2});
}

TEST_CASE("Neighbours in channel, row and column share no bank of a skewed window") {
  for (const std::int64_t banks : {27, 32, 33, 64}) {
    const BankMap map(with(Map::skewed, banks), kPitch16);
    for (std::int64_t first = 0; first < 6; ++first) {
      std::set<std::int64_t> found;
      for (std::int64_t k = first; k < first + 3; ++k)
        for (std::int64_t y = first; y < first + 3; ++y)
          for (std::int64_t x = first; x < first + 3; ++x)
            found.insert(map.bank((k * 16 + y) * 16 + x));
      CHECK(found.size() == 27);
    }
  }
}

TEST_CASE("Rows and channels of a window 16 wide meet in the linear map's banks only") {
  // Entry (0, 0, 5) with the same column two rows on, and in the next two channels.
  const std::vector<std::array<std::int64_t, 3>> at{{0, 0, 5}, {0, 2, 5}, {1, 0, 5}, {2, 0, 5}};
  CHECK(banks_of(with(Map::linear, 32), kPitch16, at) == Banks{5, 5, 5, 5});
  CHECK(banks_of(with(Map::xor_folded, 32), kPitch16, at) == Banks{5, 4, 13, 21});
  CHECK(banks_of(with(Map::prime, 32), kPitch16, at) == Banks{5, 6, 13, 21});
  CHECK(banks_of(with(Map::skewed, 32), kPitch16, at) == Banks{5, 23, 8, 11});
}

TEST_CASE("Every map is the rule's, and every bank in use is reached") {
  test::Draw draw(1, "bank maps");
  for (const Map kind : kMaps)
    for (int i = 0; i < 100; ++i) {
      const Accumulator a = with(kind, draw_banks(draw, kind));
      const Window w{draw.between(1, 9), draw.between(1, 20), draw.between(1, 80)};
      const BankMap map(a, w);
      std::set<std::int64_t> reached;
      for (std::int64_t address = 0; address < w.entries(); ++address) {
        REQUIRE(map.bank(address) == test::bank_by_rule(a, w.rows, w.columns, address));
        reached.insert(map.bank(address));
      }
      CHECK(*reached.rbegin() < banks_in_use(a));
      if (w.columns >= a.banks) CHECK(std::ssize(reached) == banks_in_use(a));
    }
}

TEST_CASE("Pitches give the bank of a sum of terms, outside the window too") {
  test::Draw draw(2, "pitches");
  for (const Map kind : {Map::linear, Map::prime, Map::skewed})
    for (int i = 0; i < 100; ++i) {
      const Accumulator a = with(kind, draw_banks(draw, kind));
      const Window w{draw.between(1, 9), draw.between(1, 20), draw.between(1, 40)};
      const auto pitches = bank_pitches(a, w);
      REQUIRE(pitches);
      const std::int64_t k = draw.between(0, w.channels - 1), y = draw.between(0, w.rows - 1),
                         x = draw.between(0, w.columns - 1);
      // As an activation's term and a weight's.
      const std::int64_t dy = draw.between(-9, 9), dx = draw.between(-9, 9);
      const std::int64_t sum = pitches->bank(0, y + dy, x + dx) + pitches->bank(k, -dy, -dx);
      CHECK(sum % pitches->banks ==
            test::bank_by_rule(a, w.rows, w.columns, (k * w.rows + y) * w.columns + x));
    }
  CHECK_FALSE(bank_pitches(with(Map::xor_folded, 32), kPitch16));
}

TEST_CASE("The fullest bank is that of a count") {
  test::Draw draw(3, "fullest bank");
  int uneven = 0;
  for (const Map kind : kMaps)
    for (int i = 0; i < 200; ++i) {
      const Accumulator a = with(kind, draw_banks(draw, kind));
      const Window w{draw.between(1, 9), draw.between(1, 12), draw.between(1, 80)};
      const std::int64_t fullest = fullest_bank(a, w);
      CHECK(fullest == test::fullest_by_rule(a, w.channels, w.rows, w.columns));
      uneven += fullest > (w.entries() + a.banks - 1) / a.banks ? 1 : 0;
    }
  CHECK(uneven > 50);
}

TEST_CASE("Whether a window fits depends on where its entries go") {
  memory::Architecture a;
  a.pe_rows = a.pe_cols = 1;
  a.accumulator.capacity = memory::Capacity::shrink_kc;
  a.accumulator.banks = 4;
  a.accumulator.entries_per_bank = 8;
  const LayerShape s{.C = 1, .H = 4, .W = 2, .K = 4};
  auto kc_with = [&](Map map) {
    a.accumulator.bank_map = map;
    return plan_tiling(s, a, "conv").kc;
  };
  CHECK(kc_with(Map::linear) == 4);  // 4 * 8 = 4 * 8 entries
  CHECK(kc_with(Map::xor_folded) == 4);
  CHECK(kc_with(Map::prime) == 2);   // 3 * 8 entries are left
  CHECK(kc_with(Map::skewed) == 4);  // rows start at banks 0 1 2 3, 3 0 1 2, ...
  a.accumulator.entries_per_bank = 6;
  const LayerShape row{.C = 1, .H = 3, .W = 2, .K = 4};
  CHECK(plan_tiling(row, a, "conv").kc == 4);
  // 12 entries, in banks 0 1, 1 2, 2 3 and 3 0, 0 1, 1 2: four in bank 1.
  a.kc = 2;
  a.accumulator.entries_per_bank = 3;
  CHECK(plan_tiling(row, a, "conv").kc == 1);
  a.accumulator.bank_map = Map::linear;
  CHECK(plan_tiling(row, a, "conv").kc == 2);
}
