#include "pe/tiling.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <optional>

#include "sparse_formats/error.hpp"
#include "tests/support/bank_rule.hpp"
#include "tests/support/random_layer.hpp"

using namespace scnn;
using namespace scnn::pe;
using scnn::test::Draw;

namespace {

memory::Architecture random_array(Draw& draw) {
  memory::Architecture a;
  a.pe_rows = draw.between(1, 5);
  a.pe_cols = draw.between(1, 5);
  a.kc = draw.between(1, 9);
  a.accumulator.banks = draw.between(1, 8);
  using Map = memory::BankMap;
  a.accumulator.bank_map =
      draw.one_of<Map>({Map::linear, Map::xor_folded, Map::prime, Map::skewed});
  if (a.accumulator.bank_map == Map::xor_folded)
    a.accumulator.banks = draw.one_of<std::int64_t>({1, 2, 4, 8});
  a.accumulator.entries_per_bank = draw.between(1, 12);
  return a;
}

/// One axis of a layer, for rules written down position by position.
struct Axis {
  std::int64_t in, out, kernel, stride, dilation, pad, pes;
};

Axis rows_of(const LayerShape& s, const memory::Architecture& a) {
  return {s.H, s.Ho(), s.R, s.stride_h, s.dilation_h, s.pad_top, a.pe_rows};
}
Axis cols_of(const LayerShape& s, const memory::Architecture& a) {
  return {s.W, s.Wo(), s.S, s.stride_w, s.dilation_w, s.pad_left, a.pe_cols};
}

/// S9 as it reads, for `tile` input positions per PE.
std::int64_t window(const Axis& a, std::int64_t tile, std::int64_t outputs) {
  const std::int64_t span = tile - 1 + a.dilation * (a.kernel - 1);
  const std::int64_t whole = span >= 0 ? span / a.stride : -1;  // -1/stride rounds down
  return std::min(outputs, whole + 1);
}

/// S10: input positions outputs [a,b) need, counted one by one.
Range inputs_needed(const Axis& x, const Range& outputs) {
  // The interval of the first kernel position of the first output to the last of the
  // last; what the rule takes, even where a stride skips inputs in between.
  Range needed{x.in, 0};
  for (std::int64_t i = 0; i < x.in; ++i) {
    const std::int64_t first = outputs.begin * x.stride - x.pad;
    const std::int64_t last = (outputs.end - 1) * x.stride - x.pad + x.dilation * (x.kernel - 1);
    if (i < first || i > last) continue;
    needed.begin = std::min(needed.begin, i);
    needed.end = std::max(needed.end, i + 1);
  }
  return needed.size() > 0 ? needed : Range{};
}

std::int64_t largest_window(const Axis& x, std::int64_t parts) {
  std::int64_t largest = 0;
  for (std::int64_t i = 0; i < parts; ++i) {
    const Range outputs{i * x.out / parts, (i + 1) * x.out / parts};
    const std::int64_t inputs = parts == 1 ? x.in : inputs_needed(x, outputs).size();
    const std::int64_t tile = (inputs + x.pes - 1) / x.pes;
    largest = std::max(largest, window(x, tile, outputs.size()));
  }
  return largest;
}

/// S10: every bank has room for its part of the window.
bool fits(const memory::Architecture& a, std::int64_t kc, std::int64_t HA, std::int64_t WA) {
  return test::fullest_by_rule(a.accumulator, kc, HA, WA) <= a.accumulator.entries_per_bank;
}

struct Split {
  std::int64_t ty = 0, tx = 0;
};

/// S10: every split tried, the best by the rule's order. Rows and columns do not depend
/// on each other, so neither do their largest windows.
std::optional<Split> best_split(const LayerShape& s, const memory::Architecture& a,
                                std::int64_t kc) {
  std::optional<Split> best;
  auto better = [](const Split& p, const Split& q) {
    if (p.ty * p.tx != q.ty * q.tx) return p.ty * p.tx < q.ty * q.tx;
    if (std::abs(p.ty - p.tx) != std::abs(q.ty - q.tx))
      return std::abs(p.ty - p.tx) < std::abs(q.ty - q.tx);
    return p.tx < q.tx;
  };
  for (std::int64_t ty = 1; ty <= s.Ho(); ++ty)
    for (std::int64_t tx = 1; tx <= s.Wo(); ++tx) {
      // The whole plane is one rectangle, which takes the whole input.
      const std::int64_t HA = largest_window(rows_of(s, a), ty);
      const std::int64_t WA = largest_window(cols_of(s, a), tx);
      if (!fits(a, kc, HA, WA)) continue;
      if (!best || better({ty, tx}, *best)) best = Split{ty, tx};
    }
  return best;
}

/// All outputs one input position of an axis contributes to, by trying every kernel
/// position.
std::vector<std::int64_t> reached_from(const Axis& x, std::int64_t input, const Range& plane) {
  std::vector<std::int64_t> outputs;
  for (std::int64_t k = 0; k < x.kernel; ++k) {
    const std::int64_t distance = input + x.pad - x.dilation * k;
    if (distance % x.stride == 0 && plane.contains(distance / x.stride) && distance >= 0)
      outputs.push_back(distance / x.stride);
  }
  return outputs;
}

/// Owner of an output by S7 as it reads.
std::int64_t owner_of(std::int64_t oy, std::int64_t ox, const Rect& plane,
                      const memory::Architecture& a) {
  const std::int64_t rows = (plane.rows.size() + a.pe_rows - 1) / a.pe_rows;
  const std::int64_t cols = (plane.cols.size() + a.pe_cols - 1) / a.pe_cols;
  return (oy - plane.rows.begin) / rows * a.pe_cols + (ox - plane.cols.begin) / cols;
}

/// Layers and machines, with the tiles they are cut into.
template <class Check>
void on_random_tiles(std::int64_t seed, memory::Capacity capacity, Check&& check) {
  Draw draw(seed, "tiles");
  for (int i = 0; i < 300; ++i) {
    memory::Architecture a = random_array(draw);
    a.accumulator.capacity = capacity;
    const LayerShape s = test::random_shape(draw);
    INFO("layer " << i);
    try {
      for (const TemporalTile& t : plan_tiling(s, a, "here").tiles) check(s, a, t);
    } catch (const InputError&) {
      // Nothing fits; other tests say when.
    }
  }
}

}  // namespace

TEST_CASE("PEs own equal tiles of the input, the last ones less or nothing") {
  on_random_tiles(1, memory::Capacity::ignore, [](const auto& s, const auto& a, const auto& t) {
    CHECK(t.Ht == (s.H + a.pe_rows - 1) / a.pe_rows);
    CHECK(t.Wt == (s.W + a.pe_cols - 1) / a.pe_cols);
    const auto regions = map_regions(s, t, a);
    REQUIRE(std::ssize(regions) == a.pe_count());
    Tensor<std::int16_t> owners({1, 1, s.H, s.W});
    for (std::int64_t p = 0; p < a.pe_count(); ++p) {
      const PeRegion& region = regions[static_cast<std::size_t>(p)];
      for (std::int64_t y = region.inputs.rows.begin; y < region.inputs.rows.end; ++y)
        for (std::int64_t x = region.inputs.cols.begin; x < region.inputs.cols.end; ++x) {
          REQUIRE(p == y / t.Ht * a.pe_cols + x / t.Wt);
          ++owners.at(0, y, x);
        }
    }
    REQUIRE(std::ranges::all_of(owners.data(), [](auto n) { return n == 1; }));
  });
}

TEST_CASE("Every update falls into the accumulator window of its PE") {
  for (auto capacity : {memory::Capacity::ignore, memory::Capacity::split_plane})
    on_random_tiles(2, capacity, [](const auto& s, const auto& a, const auto& t) {
      CHECK(t.HA == window(rows_of(s, a), t.Ht, t.outputs.rows.size()));
      CHECK(t.WA == window(cols_of(s, a), t.Wt, t.outputs.cols.size()));
      for (const PeRegion& region : map_regions(s, t, a)) {
        if (region.inputs.area() == 0) continue;
        for (std::int64_t y = region.inputs.rows.begin; y < region.inputs.rows.end; ++y)
          for (auto oy : reached_from(rows_of(s, a), y, t.outputs.rows)) {
            REQUIRE(oy >= region.o0);
            REQUIRE(oy < region.o0 + t.HA);
          }
        for (std::int64_t x = region.inputs.cols.begin; x < region.inputs.cols.end; ++x)
          for (auto ox : reached_from(cols_of(s, a), x, t.outputs.cols)) {
            REQUIRE(ox >= region.p0);
            REQUIRE(ox < region.p0 + t.WA);
          }
      }
    });
}

TEST_CASE("For stride 1 away from the edges the window is (Ht+R-1) x (Wt+S-1)") {
  memory::Architecture a;
  const LayerShape s{.C = 1,
                     .H = 64,
                     .W = 56,
                     .K = 8,
                     .R = 3,
                     .S = 5,
                     .pad_top = 1,
                     .pad_bottom = 1,
                     .pad_left = 2,
                     .pad_right = 2};
  const Tiling tiling = plan_tiling(s, a, "here");
  CHECK(tiling.kc == 8);
  REQUIRE(tiling.tiles.size() == 1);
  CHECK(tiling.tiles[0].HA == 8 + 3 - 1);
  CHECK(tiling.tiles[0].WA == 7 + 5 - 1);
  const auto regions = map_regions(s, tiling.tiles[0], a);
  CHECK(regions[0].o0 == 0);
  CHECK(regions[9].o0 == 8 + 1 - 2);
  CHECK(regions[9].p0 == 7 + 2 - 4);
}

TEST_CASE("kc is capped at the output channels of a convolution group") {
  memory::Architecture a;
  LayerShape s{.C = 4, .H = 4, .W = 4, .K = 8, .groups = 4};
  CHECK(plan_tiling(s, a, "here").kc == 2);
  s.groups = 1;
  CHECK(plan_tiling(s, a, "here").kc == 8);
  a.kc = 3;
  CHECK(plan_tiling(s, a, "here").kc == 3);
}

TEST_CASE("shrink-kc takes the largest power of two that fits, or says that none does") {
  memory::Architecture a;
  a.pe_rows = a.pe_cols = 1;
  a.accumulator.capacity = memory::Capacity::shrink_kc;
  a.accumulator.banks = 4;
  const LayerShape s{.C = 1, .H = 5, .W = 5, .K = 8};
  auto kc_with = [&](std::int64_t entries_per_bank) {
    a.accumulator.entries_per_bank = entries_per_bank;
    return plan_tiling(s, a, "conv").kc;
  };
  CHECK(kc_with(50) == 8);  // 200 = 8 * 25
  CHECK(kc_with(49) == 4);  // 196: a kc of 7 would fit but is no power of two
  CHECK(kc_with(25) == 4);
  CHECK(kc_with(24) == 2);
  CHECK(kc_with(7) == 1);
  CHECK_THROWS_WITH(kc_with(6),
                    "conv: an accumulator window of 5x5 entries does not fit 4 x 6 accumulator "
                    "entries even with kc 1");
  // What fits is left alone, power of two or not.
  a.kc = 7;
  CHECK(kc_with(49) == 7);
}

TEST_CASE("split-plane takes the smallest fitting split of all") {
  Draw draw(5, "splits");
  int split = 0, impossible = 0;
  for (int i = 0; i < 400; ++i) {
    memory::Architecture a = random_array(draw);
    a.accumulator.capacity = memory::Capacity::split_plane;
    const LayerShape s = test::random_shape(draw);
    const std::int64_t kc = std::min(a.kc, s.group_K());
    const auto best = best_split(s, a, kc);
    INFO("layer " << i);
    if (!best) {
      ++impossible;
      CHECK_THROWS_AS(plan_tiling(s, a, "here"), InputError);
      continue;
    }
    const Tiling tiling = plan_tiling(s, a, "here");
    CHECK(tiling.kc == kc);
    REQUIRE(std::ssize(tiling.tiles) == best->ty * best->tx);
    split += tiling.tiles.size() > 1 ? 1 : 0;
    for (std::int64_t n = 0; n < std::ssize(tiling.tiles); ++n) {
      const TemporalTile& t = tiling.tiles[static_cast<std::size_t>(n)];
      const std::int64_t row = n / best->tx, col = n % best->tx;
      CHECK(t.outputs.rows == Range{row * s.Ho() / best->ty, (row + 1) * s.Ho() / best->ty});
      CHECK(t.outputs.cols == Range{col * s.Wo() / best->tx, (col + 1) * s.Wo() / best->tx});
      if (tiling.tiles.size() > 1) {
        CHECK(t.inputs.rows == inputs_needed(rows_of(s, a), t.outputs.rows));
        CHECK(t.inputs.cols == inputs_needed(cols_of(s, a), t.outputs.cols));
      } else {
        CHECK(t.inputs == Rect{{0, s.H}, {0, s.W}});
      }
      CHECK(fits(a, kc, t.HA, t.WA));
    }
  }
  CHECK(split > 50);
  CHECK(impossible > 10);
}

TEST_CASE("A plane that no split makes small enough is refused with the sizes") {
  memory::Architecture a;
  a.pe_rows = a.pe_cols = 1;
  a.accumulator.capacity = memory::Capacity::split_plane;
  a.accumulator.banks = 1;
  a.accumulator.entries_per_bank = 3;
  const LayerShape s{.C = 1, .H = 5, .W = 6, .K = 4};
  CHECK_THROWS_WITH(
      plan_tiling(s, a, "conv"),
      "conv: no split of the 5x6 output plane fits 1 x 3 accumulator entries with kc 4, "
      "expected a larger accumulator or a smaller kc");
  a.accumulator.entries_per_bank = 4;
  CHECK(plan_tiling(s, a, "conv").tiles.size() == 30);
}

TEST_CASE("Owners divide the plane as the rule says, and own whole rectangles") {
  Draw draw(6, "owners");
  for (int i = 0; i < 300; ++i) {
    const memory::Architecture a = random_array(draw);
    const std::int64_t y = draw.between(0, 4), x = draw.between(0, 4);
    const Rect plane{{y, y + draw.between(1, 12)}, {x, x + draw.between(1, 12)}};
    const OwnerMap owners(plane, a.pe_rows, a.pe_cols);
    std::int64_t total = 0;
    for (std::int64_t p = 0; p < a.pe_count(); ++p) total += owners.owned(p).area();
    REQUIRE(total == plane.area());
    for (std::int64_t oy = plane.rows.begin; oy < plane.rows.end; ++oy)
      for (std::int64_t ox = plane.cols.begin; ox < plane.cols.end; ++ox) {
        const std::int64_t p = owners.owner(oy, ox);
        REQUIRE(p == owner_of(oy, ox, plane, a));
        REQUIRE(owners.owned(p).rows.contains(oy));
        REQUIRE(owners.owned(p).cols.contains(ox));
      }
  }
}

TEST_CASE("What PEs drain, send and receive equals a count over all outputs") {
  for (auto capacity : {memory::Capacity::ignore, memory::Capacity::split_plane})
    on_random_tiles(8, capacity, [](const auto& s, const auto& a, const auto& t) {
      const auto regions = map_regions(s, t, a);
      const auto shares = drain_shares(regions, OwnerMap(t.outputs, a.pe_rows, a.pe_cols));
      std::vector<DrainShare> counted(shares.size());
      for (std::size_t p = 0; p < regions.size(); ++p) {
        const Rect& inputs = regions[p].inputs;
        if (inputs.area() == 0) continue;
        // S25: the rectangle from the first to the last output row and column.
        const std::int64_t top =
            ceil_div(inputs.rows.begin + s.pad_top - s.dilation_h * (s.R - 1), s.stride_h);
        const std::int64_t bottom = floor_div(inputs.rows.end - 1 + s.pad_top, s.stride_h);
        const std::int64_t left =
            ceil_div(inputs.cols.begin + s.pad_left - s.dilation_w * (s.S - 1), s.stride_w);
        const std::int64_t right = floor_div(inputs.cols.end - 1 + s.pad_left, s.stride_w);
        for (std::int64_t oy = t.outputs.rows.begin; oy < t.outputs.rows.end; ++oy)
          for (std::int64_t ox = t.outputs.cols.begin; ox < t.outputs.cols.end; ++ox) {
            if (oy < top || oy > bottom || ox < left || ox > right) continue;
            ++counted[p].reached;
            const auto owner = static_cast<std::size_t>(owner_of(oy, ox, t.outputs, a));
            if (owner == p) continue;
            ++counted[p].sent;
            ++counted[owner].received;
          }
      }
      for (std::size_t p = 0; p < shares.size(); ++p) {
        REQUIRE(shares[p].reached == counted[p].reached);
        REQUIRE(shares[p].sent == counted[p].sent);
        REQUIRE(shares[p].received == counted[p].received);
      }
    });
}

TEST_CASE("A PE's updates lie among the outputs it drains") {
  on_random_tiles(
      9, memory::Capacity::split_plane, [](const auto& s, const auto& a, const auto& t) {
        for (const PeRegion& region : map_regions(s, t, a)) {
          for (std::int64_t y = region.inputs.rows.begin; y < region.inputs.rows.end; ++y)
            for (auto oy : reached_from(rows_of(s, a), y, t.outputs.rows))
              REQUIRE(region.reach.rows.contains(oy));
          for (std::int64_t x = region.inputs.cols.begin; x < region.inputs.cols.end; ++x)
            for (auto ox : reached_from(cols_of(s, a), x, t.outputs.cols))
              REQUIRE(region.reach.cols.contains(ox));
        }
      });
}

TEST_CASE("A drain takes its entries, then the larger of what is sent and received") {
  const memory::PpuRates rates{.entries_per_cycle = 32, .halo_entries_per_cycle = 4};
  CHECK(drain_cycles({}, 8, rates) == 0);
  CHECK(drain_cycles({.reached = 4}, 8, rates) == 1);
  CHECK(drain_cycles({.reached = 33}, 1, rates) == 2);
  CHECK(drain_cycles({.reached = 4, .sent = 1}, 8, rates) == 1 + 2);
  CHECK(drain_cycles({.reached = 4, .sent = 1, .received = 2}, 8, rates) == 1 + 4);
  CHECK(drain_cycles({.received = 1}, 1, rates) == 1);
}

TEST_CASE("Blocks are split into phases only in stride mode phases") {
  memory::Architecture a;
  const LayerShape s{.C = 1, .H = 8, .W = 8, .K = 1, .R = 3, .S = 3, .stride_h = 2, .stride_w = 3};
  CHECK(phase_split(s, a) == sparse::PhaseSplit{2, 3});
  a.stride_mode = memory::StrideMode::discard;
  CHECK(phase_split(s, a) == sparse::PhaseSplit{1, 1});
}

TEST_CASE("Empty intervals intersect with nothing") {
  CHECK(intersect(Range{0, 4}, Range{4, 9}) == Range{});
  CHECK(intersect(Range{0, 5}, Range{4, 9}) == Range{4, 5});
  CHECK(Range{5, 3}.size() == 0);
  CHECK_FALSE(Range{5, 3}.contains(4));
  CHECK(intersect(Rect{{0, 4}, {0, 4}}, Rect{{2, 6}, {3, 5}}).area() == 2);
}
