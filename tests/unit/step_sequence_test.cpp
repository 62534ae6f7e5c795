#include <algorithm>
#include <catch2/catch.hpp>

#include "pe/activation_tile.hpp"
#include "pe/multiplier_array.hpp"
#include "sim/layer_job.hpp"
#include "tests/support/one_layer.hpp"
#include "tests/support/random_layer.hpp"

using namespace scnn;
using namespace scnn::pe;
using scnn::test::Draw;

namespace {

/// A PE's activations outside of any module.
class Buffer : public memory::ActivationSource {
 public:
  Buffer(const TileJob& job, std::int64_t pe) {
    buffer_.load(activation_layout(job, pe), *job.input);
  }
  [[nodiscard]] std::span<const sparse::StoredActivation> block(std::size_t b) const override {
    return buffer_.block(b);
  }

 private:
  memory::ActivationBuffer buffer_;
};

/// A step or a pop without one, and what the sequence says about it.
struct Event {
  bool step = false;
  std::size_t entry = 0;
  std::size_t activation = 0, size = 0;  ///< first of the vector within its block, and how many
  bool first_of_vector = false, pops = false;

  friend bool operator==(const Event&, const Event&) = default;
};

/// S15 and S20 as they read: three nested loops per block.
std::vector<Event> events_by_rule(const TileJob& job, std::int64_t group, const Buffer& buffer) {
  std::vector<Event> events;
  const auto I = static_cast<std::size_t>(job.arch->I);
  const auto depth = static_cast<std::size_t>(job.arch->weight_fifo_entries);
  const auto blocks = job.stream->group_blocks(static_cast<std::size_t>(group));
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    const std::size_t activations = buffer.block(b).size();
    const std::size_t end = blocks[b].first + blocks[b].count;
    for (std::size_t run = blocks[b].first; run < end; run += depth) {
      const std::size_t run_end = std::min(run + depth, end);
      for (std::size_t a = 0; a < activations; a += I)
        for (std::size_t j = run; j < run_end; ++j)
          events.push_back(
              {true, j, a, std::min(I, activations - a), j == run, a + I >= activations});
      if (activations == 0)
        for (std::size_t j = run; j < run_end; ++j) events.push_back({false, j, 0, 0, false, true});
    }
  }
  return events;
}

std::vector<Event> events_of(const TileJob& job, std::int64_t group, const Buffer& buffer) {
  std::vector<Event> events;
  StepSequence sequence;
  sequence.start(job, group, buffer);
  std::uint64_t steps = 0;
  const std::uint64_t expected = sequence.steps_left();
  while (!sequence.done()) {
    if (sequence.at_idle_block()) {
      events.push_back({false, sequence.entry(), 0, 0, false, true});
      sequence.pass_idle();
      continue;
    }
    const auto vector = sequence.vector();
    // Which block the vector belongs to is seen from where its span lies.
    std::size_t first = 0;
    for (std::size_t b = 0; b < job.stream->blocks_per_group; ++b) {
      const auto block = buffer.block(b);
      if (vector.data() >= block.data() && vector.data() < block.data() + block.size())
        first = static_cast<std::size_t>(vector.data() - block.data());
    }
    events.push_back({true, sequence.entry(), first, vector.size(), sequence.first_of_vector(),
                      sequence.last_pass()});
    sequence.advance();
    ++steps;
    REQUIRE(sequence.steps_left() == expected - steps);
  }
  CHECK(steps == expected);
  return events;
}

}  // namespace

TEST_CASE("Steps come by block, run, activation vector and weight vector") {
  for (std::int64_t seed = 1; seed <= 60; ++seed) {
    Draw draw(seed, "steps");
    memory::Architecture arch;
    arch.pe_rows = arch.pe_cols = 2;
    arch.F = draw.between(1, 3);
    arch.I = draw.between(1, 4);
    arch.weight_fifo_entries = draw.between(1, 7);
    const LayerShape s = test::random_shape(draw);
    auto layer = test::make_layer(s, {}, {});
    layer.weights = test::random_tensor(draw, {s.K, s.group_C(), s.R, s.S}, 40, 8);
    layer.input = test::random_tensor(draw, {1, s.C, s.H, s.W}, draw.one_of({80, 10}), 8);
    const sim::LayerJob job(layer, arch, true);
    for (const TileJob& tile : job.tiles())
      for (std::int64_t p = 0; p < 4; ++p)
        for (std::int64_t g = 0; g < tile.groups(); ++g) {
          const Buffer buffer(tile, p);
          INFO("seed " << seed << ", PE " << p << ", group " << g);
          REQUIRE(events_of(tile, g, buffer) == events_by_rule(tile, g, buffer));
        }
  }
}

TEST_CASE("A run of weight vectors is repeated for every activation vector, then popped") {
  memory::Architecture arch;
  arch.pe_rows = arch.pe_cols = 1;
  arch.F = 1;
  arch.I = 2;
  arch.weight_fifo_entries = 2;
  // Three weight vectors (a run of two, a run of one), three activations (2 + 1).
  const auto layer = test::make_layer({.C = 1, .H = 1, .W = 3, .K = 3}, {1, 2, 3}, {4, 5, 6});
  const sim::LayerJob job(layer, arch, true);
  const Buffer buffer(job.tiles()[0], 0);
  const std::vector<Event> expected{{true, 0, 0, 2, true, false}, {true, 1, 0, 2, false, false},
                                    {true, 0, 2, 1, true, true},  {true, 1, 2, 1, false, true},
                                    {true, 2, 0, 2, true, false}, {true, 2, 2, 1, true, true}};
  CHECK(events_of(job.tiles()[0], 0, buffer) == expected);
}

TEST_CASE("A group without weights has nothing to do") {
  memory::Architecture arch;
  arch.pe_rows = arch.pe_cols = 1;
  const auto layer = test::make_layer({.C = 1, .H = 1, .W = 3, .K = 2}, {0, 0}, {4, 5, 6});
  const sim::LayerJob job(layer, arch, true);
  const Buffer buffer(job.tiles()[0], 0);
  StepSequence sequence;
  sequence.start(job.tiles()[0], 0, buffer);
  CHECK(sequence.done());
  CHECK(sequence.steps_left() == 0);
  CHECK_FALSE(sequence.at_idle_block());
}
