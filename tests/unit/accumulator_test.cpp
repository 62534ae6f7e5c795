// Accumulator banks and step bypass without their modules.
#include <catch2/catch.hpp>
#include <numeric>

#include "pe/accumulator_banks.hpp"
#include "pe/crossbar.hpp"
#include "sparse_formats/error.hpp"
#include "tests/support/draw.hpp"

using namespace scnn;
using namespace scnn::pe;

namespace {

using Sums = std::vector<std::int64_t>;

std::vector<std::pair<std::int64_t, std::int64_t>> pairs(
    const std::vector<AccumulatorUpdate>& updates) {
  std::vector<std::pair<std::int64_t, std::int64_t>> result;
  for (const auto& u : updates) result.emplace_back(u.address, u.value);
  return result;
}

}  // namespace

TEST_CASE("Every non-empty bank queue retires its oldest update per cycle") {
  BankQueues queues(2, 8);
  Sums sums(4, 0);
  queues.push({0, 0, 1});
  queues.push({0, 2, 10});
  queues.push({0, 0, 100});
  queues.push({1, 1, 1000});
  CHECK(queues.deepest() == 3);
  queues.retire(sums);
  CHECK(sums == Sums{1, 1000, 0, 0});
  CHECK(queues.deepest() == 2);
  queues.retire(sums);
  CHECK(sums == Sums{1, 1000, 10, 0});
  CHECK(queues.deepest() == 1);
  queues.retire(sums);
  CHECK(sums == Sums{101, 1000, 10, 0});
  CHECK(queues.deepest() == 0);
  queues.retire(sums);
  CHECK(sums == Sums{101, 1000, 10, 0});
}

TEST_CASE("An update pushed while others wait joins the end of the queue") {
  BankQueues queues(1, 3);
  Sums sums(3, 0);
  queues.push({0, 0, 1});
  queues.push({0, 1, 2});
  queues.retire(sums);
  queues.push({0, 2, 3});
  CHECK(queues.deepest() == 2);
  queues.retire(sums);
  CHECK(sums == Sums{1, 2, 0});
  queues.retire(sums);
  CHECK(sums == Sums{1, 2, 3});
}

TEST_CASE("A bank queue above its limit is an error of the model") {
  BankQueues queues(3, 2);
  queues.push({1, 0, 1});
  queues.push({1, 0, 1});
  queues.push({2, 0, 1});
  CHECK_THROWS_AS(queues.push({1, 0, 1}), ModelError);
  BankQueues again(3, 2);
  again.push({1, 0, 1});
  again.push({1, 0, 1});
  CHECK_THROWS_WITH(again.push({1, 0, 1}),
                    "accumulator bank 1: 3 updates queued, at most 2 can be");
}

TEST_CASE("Queues lose and invent nothing over many cycles") {
  test::Draw draw(1, "bank queues");
  BankQueues queues(5, 1000);
  Sums sums(20, 0), expected(20, 0);
  for (int cycle = 0; cycle < 2000; ++cycle) {
    for (std::int64_t n = draw.between(0, 9); n > 0; --n) {
      const std::int64_t address = draw.between(0, 19), value = draw.between(-9, 9);
      queues.push({static_cast<std::uint16_t>(address % 5), address, value});
      expected[static_cast<std::size_t>(address)] += value;
    }
    queues.retire(sums);
  }
  while (queues.deepest() > 0) queues.retire(sums);
  CHECK(sums == expected);
}

TEST_CASE("Two buffers alternate with the K-groups") {
  SumBuffers buffers;
  buffers.resize(3);
  buffers.of(0)[1] = 7;
  buffers.of(1)[1] = 9;
  CHECK(buffers.of(2)[1] == 7);
  CHECK(buffers.of(3)[1] == 9);
  buffers.resize(2);
  CHECK(buffers.of(0).size() == 2);
  CHECK(buffers.of(0)[1] == 0);
}

TEST_CASE("The step bypass combines updates of one step to one address, in first order") {
  StepBypass bypass;
  bypass.resize(8);
  std::vector<AccumulatorUpdate> step{{3, 1}, {5, 10}, {3, 100}, {0, 4}, {5, -10}, {3, 1000}};
  bypass.combine(step);
  using Pairs = std::vector<std::pair<std::int64_t, std::int64_t>>;
  CHECK(pairs(step) == Pairs{{3, 1101}, {5, 0}, {0, 4}});
  // The next step has forgotten.
  std::vector<AccumulatorUpdate> next{{3, 2}, {5, 3}};
  bypass.combine(next);
  CHECK(pairs(next) == Pairs{{3, 2}, {5, 3}});
  std::vector<AccumulatorUpdate> empty;
  bypass.combine(empty);
  CHECK(empty.empty());
}
