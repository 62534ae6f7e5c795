// Sums of a group by window position, on every instruction set of this processor: on both sides
// of the bound up to which 32 bits suffice, and where products fall outside the plane. Sums one
// product at a time, where windows are too wide for that.
#include "pe/position_sums.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>

#include "pe/activation_tile.hpp"
#include "pe/run_ahead.hpp"
#include "sim/layer_job.hpp"
#include "sparse_formats/instruction_set.hpp"
#include "tests/support/draw.hpp"
#include "tests/support/one_layer.hpp"
#include "tests/unit/naive_pe.hpp"

using namespace scnn;
using namespace scnn::pe;
using namespace scnn::test;

namespace {

struct Values {
  std::vector<std::int16_t> weights, input;
};

/// `weight` and `activation` everywhere.
Values constant(const LayerShape& s, std::int16_t weight, std::int16_t activation) {
  return {std::vector<std::int16_t>(static_cast<std::size_t>(s.K * s.C * s.R * s.S), weight),
          std::vector<std::int16_t>(static_cast<std::size_t>(s.C * s.H * s.W), activation)};
}

/// Extremes of 16 bits and small numbers of either sign.
Values extreme(const LayerShape& s, Draw& draw) {
  Values values = constant(s, 0, 0);
  const auto one = [&] {
    return draw.one_of<std::int16_t>({-32768, -32767, 32767, 32767, 32767, 181, -3, 1, 0});
  };
  for (std::int16_t& w : values.weights) w = one();
  for (std::int16_t& a : values.input) a = one();
  return values;
}

memory::Architecture array_of(std::int64_t rows, std::int64_t cols) {
  memory::Architecture arch;
  arch.pe_rows = rows;
  arch.pe_cols = cols;
  return arch;
}

/// Sums of one PE and the first K-group, of what is drained of them.
/// \return  the largest magnitude among them
std::int64_t check_pe(const TileJob& job, std::int64_t pe) {
  memory::ActivationBuffer buffer;
  buffer.load(activation_layout(job, pe), *job.input);
  const ArrivalTimes arrivals{std::vector<std::int64_t>(job.stream->vectors.size(), 0),
                              std::vector<std::int64_t>(job.stream->vectors.size(), 0)};
  const auto by_rule = run_group_by_rule(job, pe, buffer, arrivals, 0, 0).sums;
  Workers workers(1);
  for (const std::string& target : instruction_sets()) {
    INFO("instruction set " << target);
    force_instruction_set(target);
    job.tables->begin_tile(job);
    REQUIRE(job.tables->tabled());
    RunAhead ahead;
    ahead.start_tile(job, pe, buffer, {}, false);
    job.tables->begin_group(0, workers);
    std::vector<std::int64_t> sums(static_cast<std::size_t>(job.window_entries()), 0);
    ahead.start_group(0, 0, sums);
    job.tables->end_tile();
    force_instruction_set("");
    CHECK(sums == by_rule);
  }
  std::int64_t most = 0;
  for (const std::int64_t sum : by_rule) most = std::max(most, std::abs(sum));
  return most;
}

/// Tiles by how their sums are made.
struct Ways {
  std::int64_t by_position = 0, by_product = 0;
};

/// Sums of all PEs in all tiles, against those of PEs that take one product at a time.
std::int64_t check_sums(const LayerShape& shape, const Values& values,
                        const memory::Architecture& arch = array_of(1, 1), Ways* ways = nullptr) {
  const auto layer = make_layer(shape, values.weights, values.input);
  const sim::LayerJob layer_job(layer, arch, true);
  std::int64_t most = 0;
  for (const TileJob& job : layer_job.tiles()) {
    for (std::int64_t pe = 0; pe < arch.pe_count(); ++pe) most = std::max(most, check_pe(job, pe));
    if (ways != nullptr)
      ++(job.tables->positions().chosen() ? ways->by_position : ways->by_product);
  }
  return most;
}

constexpr std::int64_t kMost = 2147483647;

}  // namespace

TEST_CASE("Sums of two channels fit 32 bits just so; a third moves them into 64") {
  constexpr std::int64_t square = 32767 * 32767;
  for (std::int64_t C : {1, 2, 3, 7})
    CHECK(check_sums({.C = C, .H = 5, .W = 5, .K = 2},
                     constant({.C = C, .H = 5, .W = 5, .K = 2}, 32767, 32767)) == C * square);
  CHECK(2 * square <= kMost);
  CHECK(3 * square > kMost);
}

TEST_CASE("Sums below the range of 32 bits are as exact as those above it") {
  const LayerShape shape{.C = 5, .H = 4, .W = 6, .K = 3};
  CHECK(check_sums(shape, constant(shape, -32768, 32767)) == 5 * std::int64_t{32768} * 32767);
}

TEST_CASE("Sums of a kernel that leave 32 bits midway are exact") {
  const LayerShape shape{.C = 2, .H = 6, .W = 6, .K = 2, .R = 3, .S = 3};
  CHECK(check_sums(shape, constant(shape, 32767, 32767)) > 4 * kMost);
}

TEST_CASE("Sums of extreme values equal those of one product at a time") {
  std::int64_t strided = 0, discarding = 0, dilated = 0, padded = 0, wide = 0;
  Ways ways;
  for (std::int64_t seed = 1; seed <= 300; ++seed) {
    INFO("seed " << seed);
    Draw draw(seed, "position sums");
    LayerShape s{.C = draw.between(1, 6),
                 .H = draw.between(3, 12),
                 .W = draw.between(3, 12),
                 .K = draw.between(1, 9),
                 .R = draw.between(1, 3),
                 .S = draw.between(1, 3)};
    s.stride_h = draw.between(1, 3);
    s.stride_w = draw.between(1, 2);
    s.dilation_h = draw.one_of<std::int64_t>({1, 2, 20});
    s.dilation_w = draw.one_of<std::int64_t>({1, 2, 20});
    s.pad_top = draw.between(0, 3) * s.dilation_h;
    s.pad_left = draw.between(0, 3) * s.dilation_w;
    s.pad_bottom = draw.between(0, 1) * s.dilation_h;
    s.pad_right = draw.between(0, 3) * s.dilation_w;
    if (draw.between(0, 4) == 0) s.W = 60;  // more positions than registers hold
    if (s.Ho() < 1 || s.Wo() < 1) continue;
    memory::Architecture arch = array_of(draw.between(1, 4), draw.between(1, 4));
    if (draw.between(0, 1) == 1) arch.stride_mode = memory::StrideMode::discard;
    check_sums(s, extreme(s, draw), arch, &ways);
    strided += s.stride_h > 1 && s.stride_w > 1;
    discarding += strided > 0 && arch.stride_mode == memory::StrideMode::discard;
    dilated += s.dilation_w > 1 && s.S > 1;
    padded += s.pad_left > 0 && s.pad_right > 0;
    wide += s.W == 60;
  }
  // Each was really drawn.
  CHECK(std::min({strided, discarding, dilated, padded, wide}) > 15);
  CHECK(std::min(ways.by_position, ways.by_product) > 15);
}
