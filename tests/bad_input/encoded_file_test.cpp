#include <catch2/catch.hpp>
#include <functional>
#include <random>
#include <vector>

#include "tests/bad_input/spoiled_file.hpp"
#include "tests/support/sample_network.hpp"
#include "workloads/encoded_file.hpp"

using scnn::test::Hdf5Editor;
using scnn::test::Spoiled;

namespace {

void check(const std::vector<Spoiled>& cases) {
  for (const auto& c : cases)
    CHECK(scnn::test::message_after(scnn::test::write_encoded_sample, c.change) == c.message);
}

/// The message about a file whose one layer's blocks were changed before it was written.
std::string message_with(std::size_t layer,
                         const std::function<void(scnn::sparse::EncodedWeights&)>& change) {
  const scnn::test::TemporaryFolder folder;
  auto encoded = scnn::test::sample_encoded_layers()[layer];
  change(encoded.weights);
  {
    scnn::workloads::EncodedWriter writer(folder / "n.h5", {});
    writer.append(encoded);
    writer.commit();
  }
  return scnn::test::message_of(folder / "n.h5");
}

}  // namespace

TEST_CASE("the encoded sample itself is good") {
  CHECK(scnn::test::message_after(scnn::test::write_encoded_sample, [](Hdf5Editor&) {}).empty());
}

TEST_CASE("the attributes of an encoding are checked one by one") {
  check({
      {[](auto& f) { f.remove_attribute("/layers/conv2", "kc"); },
       "FILE:/layers/conv2: no attribute kc, expected one integer"},
      {[](auto& f) { f.set_integer("/layers/conv2", "kc", 0); },
       "FILE:/layers/conv2: attribute kc is 0, expected 1 to 3"},
      {[](auto& f) { f.set_integer("/layers/conv2", "kc", 4); },
       "FILE:/layers/conv2: attribute kc is 4, expected 1 to 3"},
      {[](auto& f) { f.set_integer("/layers/conv2", "index_bits", 17); },
       "FILE:/layers/conv2: attribute index_bits is 17, expected 1 to 16"},
      {[](auto& f) { f.set_integer("/layers/conv2", "weight_bits", 1); },
       "FILE:/layers/conv2: attribute weight_bits is 1, expected 2 to 16"},
      {[](auto& f) { f.set_number("/layers/conv2", "weight_scale", 0); },
       "FILE:/layers/conv2: attribute weight_scale is 0, expected more than 0"},
      {[](auto& f) { f.set_text("/layers/conv2", "stride_mode", "skip"); },
       R"(FILE:/layers/conv2: attribute stride_mode is "skip", expected "phases" or "discard")"},
      {[](auto& f) { f.set_text("/layers/conv2", "granularity", "grain"); },
       R"(FILE:/layers/conv2: attribute granularity is "grain", expected "fine", "vector", )"
       R"("kernel" or "filter")"},
      {[](auto& f) { f.set_integer("/layers/conv2", "shared_indices", 2); },
       "FILE:/layers/conv2: attribute shared_indices is 2, expected 0 to 1"},
      {[](auto& f) { f.set_integer("/layers/conv2", "skip_zero_weights", -1); },
       "FILE:/layers/conv2: attribute skip_zero_weights is -1, expected 0 to 1"},
      {[](auto& f) {
         f.set_integers("/layers/conv2", "weight_shape", {6, 2, 3});
       },
       "FILE:/layers/conv2: attribute weight_shape has shape [3], expected 4 integers"},
      {[](auto& f) {
         f.set_integers("/layers/conv2", "weight_shape", {6, 3, 3, 3});
       },
       "FILE:/layers/conv2: attribute weight_shape holds [6][3][3][3], expected "
       "[K][C/groups][R][S] = [6][2][3][3]"},
      {[](auto& f) {
         f.set_integers("/layers/conv2", "weight_shape", {5, 2, 3, 3});
       },
       "FILE:/layers/conv2: groups 2 does not divide C 4 and K 5"},
      {[](auto& f) { f.set_integer("/layers/conv2", "kernel", 3); },
       "FILE:/layers/conv2: unknown attribute \"kernel\", expected kind, stride, padding, "
       "dilation, groups, relu, input_shape, density_published, input_density, weight_shape, kc, "
       "index_bits, weight_bits, weight_scale, stride_mode, granularity, shared_indices, "
       "skip_zero_weights"},
      {[](auto& f) {
         f.set_integers("/layers/conv2", "stride", {1 << 24, 1 << 24});
       },
       "FILE:/layers/conv2: the layer has more than 2^31 blocks, which is too many"},
  });
}

TEST_CASE("the arrays of an encoding have the lengths of its layer") {
  check({
      {[](auto& f) { f.remove("/layers/fc/runs"); },
       "FILE:/layers/fc/runs: is missing, expected a dataset"},
      {[](auto& f) {
         f.set_dataset("/layers/fc/weights", {7, 12, 1, 1}, {});
       },
       "FILE:/layers/fc/weights: unknown name, expected values, runs, value_offsets, run_offsets, "
       "bias, input"},
      {[](auto& f) { f.set_dataset("/layers/fc/value_offsets", {48}, {.type = H5T_STD_U64LE}); },
       "FILE:/layers/fc/value_offsets: has shape [48], expected [blocks + 1] = [49]"},
      {[](auto& f) { f.set_dataset("/layers/fc/run_offsets", {49}, {.type = H5T_STD_I64LE}); },
       "FILE:/layers/fc/run_offsets: is int64, expected uint64"},
      {[](auto& f) { f.set_dataset("/layers/fc/values", {85}, {}); },
       "FILE:/layers/fc/values: has shape [85], expected one dimension of at most 84"},
      {[](auto& f) {
         f.set_dataset("/layers/fc/values", {7, 12}, {});
       },
       "FILE:/layers/fc/values: has shape [7][12], expected one dimension of at most 84"},
      {[](auto& f) { f.set_dataset("/layers/fc/values", {10}, {.type = H5T_IEEE_F32LE}); },
       "FILE:/layers/fc/values: is float32, expected int16"},
      {[](auto& f) {
         f.set_dataset("/layers/fc/values", {3}, {});
         f.set_dataset("/layers/fc/runs", {4}, {.type = H5T_STD_U16LE});
       },
       "FILE:/layers/fc/runs: has shape [4], expected one dimension of at most 3"},
      {[](auto& f) { f.set_dataset("/layers/fc/values", {2}, {.external = "x", .write = false}); },
       "FILE:/layers/fc/values: keeps its numbers in another file, expected them in this one"},
  });
}

TEST_CASE("the numbers of an encoding are checked as they are read") {
  // Layer 2 (fc): 7 filters of 12 channels in groups of 2, fine, one row per channel.
  const auto fc = scnn::test::sample_encoded_layers()[2].weights;
  const auto values = fc.values.size();
  REQUIRE(fc.value_offsets[1] == 2);
  CHECK(message_with(2, [](auto& e) { e.value_offsets[0] = 1; }) ==
        "FILE:/layers/fc/value_offsets: 1 at [0], expected 0");
  CHECK(message_with(2, [](auto& e) { e.value_offsets[1] = 40; }) ==
        "FILE:/layers/fc/value_offsets: 2 at [2], expected at least the 40 before it");
  CHECK(message_with(2, [](auto& e) { e.run_offsets.back() += 1; }) ==
        "FILE:/layers/fc/run_offsets: " + std::to_string(values + 1) + " at [48], expected " +
            std::to_string(values) + ", the number stored");
  CHECK(message_with(2, [](auto& e) { e.value_offsets[1] = ~std::uint64_t{0}; }) ==
        "FILE:/layers/fc/value_offsets: 2 at [2], expected at least the 18446744073709551615 "
        "before it");
  CHECK(message_with(2, [](auto& e) { e.values[7] = -129; }) ==
        "FILE:/layers/fc/values: -129 at [7] does not fit the layer's weight_bits 8");
  CHECK(message_with(2, [](auto& e) { e.runs[3] = 4; }) ==
        "FILE:/layers/fc/runs: 4 at [3] does not fit the layer's index_bits 2");
}

TEST_CASE("blocks that are not those of their weights are refused") {
  CHECK(message_with(2, [](auto& e) { e.value_offsets[1] -= 1; }) ==
        "FILE:/layers/fc: block 0: 1 values for 2 indices, expected 2");
  CHECK(message_with(2, [](auto& e) { e.runs[1] = 3; }) ==
        "FILE:/layers/fc: block 0: runs reach position 4, expected below 2");
  CHECK(message_with(2, [](auto& e) { e.values[1] = 0; }) ==
        "FILE:/layers/fc: block 0 is not what encoding its weights gives");
}

TEST_CASE("truncated and foreign encoded files are refused") {
  const scnn::test::TemporaryFolder folder;
  scnn::test::write_encoded_sample(folder / "good.h5");
  const std::string bytes = scnn::test::bytes_of(folder / "good.h5");
  for (std::size_t n = 8; n < bytes.size(); n += 499) {
    scnn::test::write_bytes(folder / "n.h5", bytes.substr(0, n));
    CHECK(scnn::test::message_of(folder / "n.h5")
              .starts_with("FILE: is a truncated or damaged HDF5 file ("));
  }
  CHECK(
      scnn::test::message_after(scnn::test::write_sample,
                                [](Hdf5Editor& f) { f.set_text("/", "format", "scnn-encoded"); }) ==
      "FILE:/layers/conv1/mask: unknown name, expected values, runs, value_offsets, run_offsets, "
      "bias, input");
}

TEST_CASE("an encoded file with wrong bytes is read or refused") {
  const scnn::test::TemporaryFolder folder;
  scnn::test::write_encoded_sample(folder / "good.h5");
  const std::string good = scnn::test::bytes_of(folder / "good.h5");
  int refused = 0;
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    std::string bytes = good;
    const std::size_t where = random() % bytes.size();
    bytes[where] ^= static_cast<char>(1U + random() % 255U);
    scnn::test::write_bytes(folder / "n.h5", bytes);
    CAPTURE(seed, where);
    const std::string message = scnn::test::message_of(folder / "n.h5");
    CHECK((message.empty() || message.starts_with("FILE")));
    refused += message.empty() ? 0 : 1;
  }
  // What is not a value or a bias is noticed.
  CHECK(refused > 150);
}
