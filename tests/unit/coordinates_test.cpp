#include "pe/coordinates.hpp"

#include <catch2/catch.hpp>

#include "sparse_formats/error.hpp"
#include "tests/support/random_layer.hpp"

using namespace scnn;
using namespace scnn::pe;
using scnn::sparse::StoredActivation;
using scnn::sparse::StoredWeight;
using scnn::test::Draw;

namespace {

/// A tile of a random layer on a random array, with what coordinates need of it.
struct RandomTile {
  /// Split where a split fits, else whole.
  static Tiling plan(const LayerShape& shape, memory::Architecture arch) {
    try {
      return plan_tiling(shape, arch, "here");
    } catch (const InputError&) {
      arch.accumulator.capacity = memory::Capacity::ignore;
      return plan_tiling(shape, arch, "here");
    }
  }

  memory::Architecture arch;
  LayerShape shape;
  std::vector<TileJob> jobs;

  explicit RandomTile(Draw& draw) {
    arch.pe_rows = draw.between(1, 4);
    arch.pe_cols = draw.between(1, 4);
    arch.accumulator.capacity = memory::Capacity::split_plane;
    arch.accumulator.banks = draw.one_of<std::int64_t>({2, 1024});
    shape = test::random_shape(draw);
    const Tiling tiling = plan(shape, arch);
    for (const TemporalTile& tile : tiling.tiles) {
      auto regions = map_regions(shape, tile, arch);
      auto shares = drain_shares(regions, OwnerMap(tile.outputs, arch.pe_rows, arch.pe_cols));
      TileJob job{.arch = &arch,
                  .shape = &shape,
                  .kc = tiling.kc,
                  .tile = tile,
                  .regions = std::move(regions),
                  .shares = std::move(shares),
                  .owners = OwnerMap(tile.outputs, arch.pe_rows, arch.pe_cols)};
      jobs.push_back(std::move(job));
    }
  }
};

/// S16 by search: the one output position whose kernel puts position `k` on input `i`.
struct Found {
  Outcome outcome = Outcome::off_stride;
  std::int64_t output = 0;
};

Found search(std::int64_t i, std::int64_t k, std::int64_t pad, std::int64_t stride,
             std::int64_t dilation, const Range& plane) {
  for (std::int64_t o = -40; o < 60; ++o)
    if (o * stride + dilation * k - pad == i)
      return {plane.contains(o) ? Outcome::update : Outcome::outside_plane, o};
  return {};
}

}  // namespace

TEST_CASE("Both ways to compute coordinates find the output the convolution defines") {
  Draw draw(1, "coordinates");
  int updates = 0, outside = 0, off_stride = 0;
  for (int i = 0; i < 60; ++i) {
    const RandomTile random(draw);
    const LayerShape& s = random.shape;
    for (const TileJob& job : random.jobs)
      for (std::int64_t p = 0; p < random.arch.pe_count(); ++p) {
        const PeRegion& region = job.regions[static_cast<std::size_t>(p)];
        const CoordinateUnit unit(job, p);
        const CoordinateTables tables(job, p);
        for (auto y = static_cast<std::int32_t>(region.inputs.rows.begin);
             y < region.inputs.rows.end; ++y)
          for (auto x = static_cast<std::int32_t>(region.inputs.cols.begin);
               x < region.inputs.cols.end; ++x)
            for (std::uint16_t r = 0; r < s.R; ++r)
              for (std::uint16_t c = 0; c < s.S; ++c) {
                const auto k = static_cast<std::uint16_t>(draw.between(0, job.kc - 1));
                const StoredWeight w{1, k, r, c};
                const StoredActivation a{1, y, x};
                const Found row =
                    search(y, r, s.pad_top, s.stride_h, s.dilation_h, job.tile.outputs.rows);
                const Found col =
                    search(x, c, s.pad_left, s.stride_w, s.dilation_w, job.tile.outputs.cols);
                const Outcome expected = std::max(row.outcome, col.outcome);
                const auto place = unit.place(w, a);
                REQUIRE(place.outcome == expected);
                REQUIRE(std::max(tables.row_outcomes(a)[r], tables.col_outcomes(a)[c]) == expected);
                outside += expected == Outcome::outside_plane ? 1 : 0;
                off_stride += expected == Outcome::off_stride ? 1 : 0;
                if (expected != Outcome::update) continue;
                ++updates;
                const std::int64_t address =
                    (k * job.tile.HA + row.output - region.o0) * job.tile.WA + col.output -
                    region.p0;
                REQUIRE(address >= 0);
                REQUIRE(address < job.window_entries());
                REQUIRE(place.address == address);
                REQUIRE(tables.activation_term(a) + weight_term(s, job.tile, w) == address);
              }
      }
  }
  CHECK(std::min({updates, outside, off_stride}) > 1000);
}

TEST_CASE("The first reason that applies drops a product: stride before plane") {
  CHECK(std::max(Outcome::off_stride, Outcome::outside_plane) == Outcome::off_stride);
  CHECK(std::max(Outcome::update, Outcome::outside_plane) == Outcome::outside_plane);
}
