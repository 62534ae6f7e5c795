// Rows made as needed are those made at once, wherever they have been moved in between.
#include "pe/step_tables.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "sim/layer_job.hpp"
#include "tests/support/draw.hpp"
#include "tests/support/one_layer.hpp"

using namespace scnn;
using namespace scnn::pe;
using namespace scnn::test;

namespace {

/// Weights of which a third is not zero.
workloads::QuantisedLayer sparse_layer(const LayerShape& s, std::int64_t seed) {
  Draw draw(seed, "step tables");
  std::vector<std::int16_t> weights(static_cast<std::size_t>(s.K * s.C * s.R * s.S));
  for (auto& w : weights) w = static_cast<std::int16_t>(draw.between(0, 2) == 0 ? 1 : 0);
  return make_layer(s, weights,
                    std::vector<std::int16_t>(static_cast<std::size_t>(s.C * s.H * s.W), 1));
}

/// Rows of a group's block, of which there are `count` vectors.
std::vector<std::uint8_t> rows_of(const StepTables& tables, std::size_t block, std::size_t count) {
  const std::uint8_t* rows = tables.rows().block_rows(block);
  return {rows, rows + count * tables.vector_bytes(block)};
}

}  // namespace

TEST_CASE("Rows made as needed equal those made at once") {
  LayerShape shape{.C = 320, .H = 12, .W = 12, .K = 20, .R = 3, .S = 3};
  shape.pad_top = shape.pad_left = shape.pad_bottom = shape.pad_right = 1;
  const auto layer = sparse_layer(shape, 1);
  const memory::Architecture arch;
  const sim::LayerJob layer_job(layer, arch, false);
  const TileJob& job = layer_job.tiles()[0];
  Workers workers(1);
  StepTables at_once, as_needed;
  REQUIRE(at_once.begin_tile(job));
  REQUIRE(as_needed.begin_tile(job));
  std::size_t most_bytes = 0;
  for (std::int64_t g = 0; g < job.groups(); ++g) {
    at_once.begin_rows(g, workers);
    as_needed.begin_rows(g, workers, RowsMade::as_needed);
    const auto blocks = job.stream->group_blocks(static_cast<std::size_t>(g));
    Draw draw(g, "portions");
    std::size_t first = 0, bytes = 0;
    for (std::size_t known = blocks[0].first; first < blocks.size();) {
      known += static_cast<std::size_t>(draw.between(1, 60));
      as_needed.rows().make(first, known);
      INFO("group " << g << ", block " << first << ", known " << known);
      std::size_t b = first;
      for (; b < blocks.size() && blocks[b].first < known; ++b)
        REQUIRE(rows_of(as_needed, b, blocks[b].count) == rows_of(at_once, b, blocks[b].count));
      // All blocks but the last, which may have entries that are not known, are done with.
      for (; first < b && blocks[first].first + blocks[first].count <= known; ++first)
        bytes += blocks[first].count * at_once.vector_bytes(first);
    }
    most_bytes = std::max(most_bytes, bytes);
  }
  at_once.end_tile();
  as_needed.end_tile();
  for (std::size_t b = 0; b < job.stream->blocks_per_group; ++b)
    CHECK(as_needed.outcomes(b, 0).updates == at_once.outcomes(b, 0).updates);
  // Far more than is kept at hand, so rows have been moved.
  CHECK(most_bytes > std::size_t{1} << 20);
}
