#include "sparse_formats/run_length.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "sparse_formats/error.hpp"
#include "sparse_formats/instruction_set.hpp"
#include "tests/support/draw.hpp"

using namespace scnn;
using namespace scnn::sparse;
using scnn::test::Draw;

namespace {

using Values = std::vector<std::int16_t>;
using Runs = std::vector<std::uint16_t>;

Values zeros_then(std::size_t zeros, std::int16_t value) {
  Values dense(zeros, 0);
  dense.push_back(value);
  return dense;
}

/// Stretches of zeros of very different lengths, so that every index width sees runs
/// below, at and above its limit.
Values random_block(Draw& draw) {
  Values dense;
  const std::int64_t stretches = draw.between(0, 12);
  for (std::int64_t i = 0; i < stretches; ++i) {
    const std::int64_t longest = draw.one_of({0, 1, 4, 20, 300, 70000});
    dense.insert(dense.end(), static_cast<std::size_t>(draw.between(0, longest)), 0);
    dense.push_back(static_cast<std::int16_t>(draw.chance(50) ? draw.between(1, 32767)
                                                              : draw.between(-32768, -1)));
  }
  dense.insert(dense.end(), static_cast<std::size_t>(draw.between(0, 40)), 0);
  return dense;
}

/// S12 counted from the gaps: a gap of z zeros takes `floor(z / 2^b)` placeholders.
std::size_t elements_by_gaps(const Values& dense, int index_bits) {
  std::size_t stored = 0, zeros = 0;
  for (std::int16_t v : dense) {
    if (v == 0) {
      ++zeros;
      continue;
    }
    stored += 1 + (zeros >> index_bits);
    zeros = 0;
  }
  return stored;
}

}  // namespace

TEST_CASE("Decoding an encoded block gives the block back, for every index width") {
  for (int bits = 1; bits <= 16; ++bits) {
    Draw draw(bits, "run length");
    for (int i = 0; i < 40; ++i) {
      const Values dense = random_block(draw);
      for (bool skip : {true, false}) {
        const CodedBlock block = encode_block(dense, bits, skip);
        INFO("index_bits " << bits << ", block " << i << ", skip " << skip);
        REQUIRE(decode_block(block, dense.size()) == dense);
        REQUIRE(block.values.size() == block.runs.size());
        REQUIRE(stored_elements(dense, bits, skip) == block.values.size());
        REQUIRE(std::ranges::all_of(block.runs, [&](auto run) { return run <= max_run(bits); }));
      }
      REQUIRE(stored_elements(dense, bits, true) == elements_by_gaps(dense, bits));
    }
  }
}

TEST_CASE("Blocks are encoded as element by element, on every instruction set") {
  for (const std::string& target : instruction_sets()) {
    force_instruction_set(target);
    for (std::int64_t seed = 1; seed <= 400; ++seed) {
      Draw draw(seed, "encoding");
      const std::int64_t density = draw.one_of({0, 3, 30, 97, 100});
      const int bits = static_cast<int>(draw.between(1, 16));
      Values dense(
          static_cast<std::size_t>(draw.one_of({12, 13, 72, 300, 1200}) + draw.between(-12, 12)));
      for (std::int16_t& v : dense)
        if (draw.chance(density)) v = static_cast<std::int16_t>(draw.one_of({-32768, -1, 1, 256}));
      CodedBlock expected;
      RunEncoder encoder(bits);
      for (const std::int16_t v : dense) {
        const auto add = [&](std::int16_t value, std::uint16_t run) {
          expected.values.push_back(value);
          expected.runs.push_back(run);
        };
        if (v == 0)
          encoder.drop();
        else
          encoder.store([&](std::uint16_t run) { add(0, run); },
                        [&](std::uint16_t run) { add(v, run); });
      }
      INFO("instruction set " << target << ", seed " << seed);
      const CodedBlock found = encode_block(dense, bits, true);
      REQUIRE(found.values == expected.values);
      REQUIRE(found.runs == expected.runs);
    }
  }
  force_instruction_set("");
}

TEST_CASE("Eighteen zeros then 3 with 4-bit indices are a placeholder of 15 and a run of 2") {
  const CodedBlock block = encode_block(zeros_then(18, 3), 4, true);
  CHECK(block.values == Values{0, 3});
  CHECK(block.runs == Runs{15, 2});
}

TEST_CASE("A placeholder appears with the first zero that the index cannot count") {
  for (int bits = 1; bits <= 16; ++bits) {
    const auto limit = static_cast<std::size_t>(max_run(bits));
    INFO("index_bits " << bits);
    const CodedBlock at = encode_block(zeros_then(limit, 7), bits, true);
    CHECK(at.values == Values{7});
    CHECK(at.runs == Runs{static_cast<std::uint16_t>(limit)});
    const CodedBlock after = encode_block(zeros_then(limit + 1, 7), bits, true);
    CHECK(after.values == Values{0, 7});
    CHECK(after.runs == Runs{static_cast<std::uint16_t>(limit), 0});
    CHECK(stored_elements(zeros_then(2 * (limit + 1), 7), bits, true) == 3);
  }
}

TEST_CASE("Zeros after the last non-zero are not stored") {
  const CodedBlock block = encode_block(Values{5, 0, 0, 0}, 1, true);
  CHECK(block.values == Values{5});
  CHECK(decode_block(block, 4) == Values{5, 0, 0, 0});
  CHECK(encode_block(Values(100, 0), 4, true).values.empty());
  CHECK(encode_block(Values{}, 4, true).values.empty());
}

TEST_CASE("Without skipping every element is stored with run 0") {
  const CodedBlock block = encode_block(Values{0, 0, 4, 0}, 1, false);
  CHECK(block.values == Values{0, 0, 4, 0});
  CHECK(block.runs == Runs{0, 0, 0, 0});
}

TEST_CASE("A block whose runs reach past its end is refused") {
  const CodedBlock block{{1, 2}, {0, 2}};
  CHECK(decode_block(block, 4) == Values{1, 0, 0, 2});
  CHECK_THROWS_WITH(decode_block(block, 3), "a block's runs reach position 3, expected below 3");
}

TEST_CASE("A block of more values than runs is refused") {
  CHECK_THROWS_WITH(decode_block({{1, 2}, {0}}, 8),
                    "a block of 2 values has 1 runs, expected as many");
  CHECK_THROWS_AS(decode_block({{}, {0}}, 8), InputError);
}
