#include "tools/sweep/batch.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <set>

#include "tools/sweep/pareto.hpp"

using namespace scnn;
using namespace scnn::cli::sweep;

namespace {

Point point(const std::string& id, double products, std::int64_t rows, std::int64_t fifo) {
  Point p;
  p.id = id;
  p.network = "net";
  p.request.zoo = "alexnet";
  p.arch.pe_rows = rows;
  p.arch.weight_fifo_entries = fifo;
  p.products = products;
  return p;
}

/// Machines that differ in more than timing by `rows`.
std::vector<Point> points() {
  std::vector<Point> all;
  for (std::int64_t fifo = 1; fifo <= 12; ++fifo)
    for (std::int64_t rows = 1; rows <= 4; ++rows)
      all.push_back(point(fmt::format("p{}.{}", fifo, rows),
                          static_cast<double>(10 + fifo * rows % 7), rows, fifo));
  return all;
}

std::vector<const Point*> addresses(const std::vector<Point>& points) {
  std::vector<const Point*> all;
  for (const Point& p : points) all.push_back(&p);
  return all;
}

}  // namespace

TEST_CASE("a batch holds points of one machine, and every point is in one batch") {
  const auto all = points();
  const auto batches = make_batches(addresses(all), 5);
  std::set<std::string> ids;
  for (const Batch& batch : batches) {
    CHECK(batch.points.size() <= 5);
    for (const Point* p : batch.points) {
      CHECK(p->arch.pe_rows == batch.points.front()->arch.pe_rows);
      CHECK(ids.insert(p->id).second);
    }
  }
  CHECK(ids.size() == all.size());
  CHECK(batches.size() == 12);  // 12 points of each of 4 machines, 5 to a batch
}

TEST_CASE("points of equal id are one") {
  const std::vector<Point> twice{point("a", 1, 8, 1), point("a", 1, 8, 1), point("b", 1, 8, 2)};
  const auto batches = make_batches(addresses(twice), 8);
  REQUIRE(batches.size() == 1);
  CHECK(batches.front().points.size() == 2);
}

TEST_CASE("shards hold every point once, and about the same products") {
  const auto all = points();
  double whole = 0.0;
  for (const Point& p : all) whole += p.products;
  for (const std::size_t count : {1, 2, 3, 7}) {
    std::set<std::string> ids;
    for (std::size_t i = 0; i < count; ++i) {
      double products = 0.0;
      for (const Point* p : shard(all, i, count)) {
        CHECK(ids.insert(p->id).second);
        products += p->products;
      }
      INFO("shard " << i << " of " << count);
      CHECK(products == Approx(whole / static_cast<double>(count)).epsilon(0.25));
    }
    CHECK(ids.size() == all.size());
  }
}

TEST_CASE("batches are smaller where there are more processes than work") {
  CHECK(batch_size(1000, 2) == 64);
  CHECK(batch_size(200, 2) == 25);
  CHECK(batch_size(8, 1) == 8);
  CHECK(batch_size(8, 4) == 1);
  CHECK(batch_size(0, 2) == 1);
}

TEST_CASE("a front holds what nothing beats, and equal points together") {
  using Front = std::vector<bool>;
  CHECK(pareto_front({{1, 4}, {2, 2}, {4, 1}, {3, 3}}) == Front{true, true, true, false});
  CHECK(pareto_front({{1, 1}, {1, 1}, {1, 2}}) == Front{true, true, false});
  CHECK(pareto_front({{1, 2, 3}, {1, 2, 2}, {0, 9, 9}}) == Front{false, true, true});
  CHECK(pareto_front({}).empty());
}
