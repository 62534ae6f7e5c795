#include <catch2/catch.hpp>
#include <limits>
#include <vector>

#include "tests/bad_input/spoiled_file.hpp"
#include "tests/support/sample_network.hpp"

using scnn::test::Hdf5Editor;
using scnn::test::Spoiled;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

void check(const std::vector<Spoiled>& cases) {
  for (const auto& c : cases)
    CHECK(scnn::test::message_after(scnn::test::write_sample, c.change) == c.message);
}

}  // namespace

TEST_CASE("the sample itself is good") {
  CHECK(scnn::test::message_after(scnn::test::write_sample, [](Hdf5Editor&) {}).empty());
}

TEST_CASE("a root that is not a network's is refused") {
  check({
      {[](auto& f) { f.remove_attribute("/", "format"); },
       R"(FILE:/: no attribute format, expected "scnn-network" or "scnn-encoded" )"
       "(scnn import takes files of frameworks)"},
      {[](auto& f) { f.set_text("/", "format", "onnx"); },
       R"(FILE:/: attribute format is "onnx", expected "scnn-network" or "scnn-encoded")"},
      {[](auto& f) { f.set_text("/", "format", "a\nb\x1b[31m"); },
       R"(FILE:/: attribute format is "a?b?[31m", expected UTF-8 text without control characters)"},
      {[](auto& f) { f.set_integer("/", "format", 3); },
       "FILE:/: attribute format is int64, expected one string"},
      {[](auto& f) { f.remove_attribute("/", "version"); },
       "FILE:/: no attribute version, expected one integer"},
      {[](auto& f) { f.set_integer("/", "version", 2); },
       "FILE:/: attribute version is 2, expected 1"},
      {[](auto& f) { f.set_text("/", "version", "1"); },
       "FILE:/: attribute version is string, expected one integer"},
      {[](auto& f) { f.set_number("/", "version", 1); },
       "FILE:/: attribute version is float64, expected one integer"},
      {[](auto& f) { f.set_integers("/", "version", {1}); },
       "FILE:/: attribute version has shape [1], expected one integer"},
      {[](auto& f) { f.set_empty("/", "version"); },
       "FILE:/: attribute version is empty, expected one integer"},
      {[](auto& f) { f.remove_attribute("/", "name"); },
       "FILE:/: no attribute name, expected one string"},
      {[](auto& f) { f.set_number("/", "seed", 0.5); },
       "FILE:/: attribute seed is float64, expected one integer"},
      {[](auto& f) { f.create_group("/extra"); },
       "FILE:/extra: unknown name, expected only layers"},
      {[](auto& f) { f.remove("/layers"); }, "FILE:/layers: is missing, expected a group"},
      {[](auto& f) {
         f.remove("/layers");
         f.set_dataset("/layers", {2}, {});
       },
       "FILE:/layers: is a dataset, expected a group"},
  });
}

TEST_CASE("an order that does not match the groups is refused") {
  check({
      {[](auto& f) { f.remove_attribute("/layers", "order"); },
       "FILE:/layers: no attribute order, expected a vector of strings"},
      {[](auto& f) {
         f.set_integers("/layers", "order", {1, 2, 3});
       },
       "FILE:/layers: attribute order is int64, expected a vector of strings"},
      {[](auto& f) { f.set_text("/layers", "order", "conv1"); },
       "FILE:/layers: attribute order is a scalar, expected a vector of strings"},
      {[](auto& f) {
         f.set_texts("/layers", "order", {"conv1", "conv2", "fc", "fc8"});
       },
       R"(FILE:/layers: attribute order names "fc8", expected a group of this name)"},
      {[](auto& f) {
         f.set_texts("/layers", "order", {"conv1", "conv2/weights", "fc"});
       },
       R"(FILE:/layers: attribute order names "conv2/weights", expected a group of this name)"},
      {[](auto& f) {
         f.set_texts("/layers", "order", {"conv1", "fc\xff"});
       },
       R"(FILE:/layers: attribute order names "fc?", expected UTF-8 without control characters)"},
      {[](auto& f) {
         f.set_texts("/layers", "order", {"conv1", "conv2", "fc", "conv1"});
       },
       R"(FILE:/layers: attribute order names "conv1" twice, expected each layer once)"},
      {[](auto& f) {
         f.set_texts("/layers", "order", {"conv1", "fc"});
       },
       "FILE:/layers/conv2: is not in the attribute order of /layers"},
      {[](auto& f) { f.set_dataset("/layers/extra", {1}, {}); },
       "FILE:/layers/extra: is a dataset, expected a group"},
      {[](auto& f) {
         for (const char* path : {"/layers/conv1", "/layers/conv2", "/layers/fc"}) f.remove(path);
         f.set_texts("/layers", "order", {});
       },
       "FILE:/layers: attribute order is empty, expected at least one layer"},
  });
}

TEST_CASE("links and numbers that leave the file are refused") {
  check({
      {[](auto& f) { f.external_link("/layers/conv9", "other.h5", "/layers/conv9"); },
       "FILE:/layers/conv9: is a link to another file, expected a group"},
      {[](auto& f) {
         f.remove("/layers");
         f.external_link("/layers", "other.h5", "/layers");
       },
       "FILE:/layers: is a link to another file, expected a group"},
      {[](auto& f) { f.soft_link("/layers/conv9", "/layers/conv1"); },
       "FILE:/layers/conv9: is a soft link, expected a group"},
      {[](auto& f) {
         f.remove("/layers/fc/weights");
         f.soft_link("/layers/fc/weights", "/layers/conv2/weights");
       },
       "FILE:/layers/fc/weights: is a soft link, expected a dataset"},
      {[](auto& f) {
         f.remove("/layers/fc/input");
         f.external_link("/layers/fc/input", "/etc/passwd", "/");
       },
       "FILE:/layers/fc/input: is a link to another file, expected a dataset"},
      {[](auto& f) {
         f.set_dataset("/layers/fc/weights", {7, 12, 1, 1},
                       {.type = H5T_STD_I8LE, .external = "raw.bin", .write = false});
       },
       "FILE:/layers/fc/weights: keeps its numbers in another file, expected them in this one"},
      {[](auto& f) {
         f.set_dataset("/layers/conv1/bias", {4},
                       {.type = H5T_IEEE_F32LE, .external = "raw.bin", .write = false});
       },
       "FILE:/layers/conv1/bias: keeps its numbers in another file, expected them in this one"},
      {[](auto& f) {
         f.set_dataset("/layers/conv1/mask", {4, 3, 3, 2},
                       {.type = H5T_STD_U8LE, .virtual_source = true, .write = false});
       },
       "FILE:/layers/conv1/mask: is a virtual dataset, expected numbers in this file"},
      {[](auto& f) {
         f.set_dataset("/layers/fc/weights", {7, 12, 1, 1},
                       {.type = H5T_STD_I8LE, .virtual_source = true, .write = false});
       },
       "FILE:/layers/fc/weights: is a virtual dataset, expected numbers in this file"},
      {[](auto& f) {
         f.set_dataset("/layers/fc/weights", {7, 12, 1, 1},
                       {.chunk = {7, 12, 1, 1}, .filter = H5Z_FILTER_SCALEOFFSET});
       },
       "FILE:/layers/fc/weights: has the filter 6 (scaleoffset), expected only gzip, shuffle and "
       "fletcher32"},
  });
}

TEST_CASE("a layer's attributes are checked one by one") {
  check({
      {[](auto& f) { f.remove_attribute("/layers/conv1", "kind"); },
       "FILE:/layers/conv1: no attribute kind, expected one string"},
      {[](auto& f) { f.set_text("/layers/conv1", "kind", "pool"); },
       R"(FILE:/layers/conv1: attribute kind is "pool", expected "conv" or "fc")"},
      {[](auto& f) { f.remove_attribute("/layers/conv1", "stride"); },
       "FILE:/layers/conv1: no attribute stride, expected 2 integers"},
      {[](auto& f) { f.set_integer("/layers/conv1", "stride", 2); },
       "FILE:/layers/conv1: attribute stride is a scalar, expected 2 integers"},
      {[](auto& f) {
         f.set_integers("/layers/conv1", "stride", {1, 1, 1});
       },
       "FILE:/layers/conv1: attribute stride has shape [3], expected 2 integers"},
      {[](auto& f) {
         f.set_integers("/layers/conv1", "stride", {1, 0});
       },
       "FILE:/layers/conv1: attribute stride holds 0, expected 1 to 16777216"},
      {[](auto& f) {
         const std::vector<double> stride{1.5, 1};
         f.set("/layers/conv1", "stride", H5T_NATIVE_DOUBLE, {2}, stride.data());
       },
       "FILE:/layers/conv1: attribute stride is float64, expected 2 integers"},
      {[](auto& f) {
         f.set_integers("/layers/conv1", "padding", {0, 0, -1, 0});
       },
       "FILE:/layers/conv1: attribute padding holds -1, expected 0 to 16777216"},
      {[](auto& f) {
         f.set_integers("/layers/conv1", "padding", {1, 1});
       },
       "FILE:/layers/conv1: attribute padding has shape [2], expected 4 integers"},
      {[](auto& f) {
         f.set_integers("/layers/conv1", "dilation", {1, 1LL << 62});
       },
       "FILE:/layers/conv1: attribute dilation holds 4611686018427387904, expected 1 to 16777216"},
      {[](auto& f) { f.set_integer("/layers/conv1", "groups", 0); },
       "FILE:/layers/conv1: attribute groups is 0, expected 1 to 16777216"},
      {[](auto& f) { f.set_integer("/layers/conv1", "relu", 2); },
       "FILE:/layers/conv1: attribute relu is 2, expected 0 to 1"},
      {[](auto& f) {
         f.set_integers("/layers/conv1", "input_shape", {3, 6});
       },
       "FILE:/layers/conv1: attribute input_shape has shape [2], expected 3 integers"},
      {[](auto& f) {
         f.set_integers("/layers/conv1", "input_shape", {3, 0, 5});
       },
       "FILE:/layers/conv1: attribute input_shape holds 0, expected 1 to 16777216"},
      {[](auto& f) { f.set_number("/layers/conv1", "input_density", 0); },
       "FILE:/layers/conv1: attribute input_density is 0, expected a density above 0, at most 1"},
      {[](auto& f) { f.set_number("/layers/conv1", "density_published", 1.5); },
       "FILE:/layers/conv1: attribute density_published is 1.5, expected a density above 0, at "
       "most 1"},
      {[](auto& f) { f.set_number("/layers/conv1", "density_published", kNaN); },
       "FILE:/layers/conv1: attribute density_published is nan, expected a finite number"},
      {[](auto& f) { f.set_integer("/layers/conv1", "strides", 1); },
       "FILE:/layers/conv1: unknown attribute \"strides\", expected kind, stride, padding, "
       "dilation, groups, relu, input_shape, density_published, input_density"},
  });
}

TEST_CASE("shapes that disagree are refused") {
  const auto weights = [](std::vector<hsize_t> dims) {
    return [dims](Hdf5Editor& f) { f.set_dataset("/layers/conv1/weights", dims, {}); };
  };
  check({
      {weights({4, 3, 6}),
       "FILE:/layers/conv1/weights: has shape [4][3][6], expected "
       "[K][C/groups][R][S]"},
      {weights({}), "FILE:/layers/conv1/weights: has shape a scalar, expected [K][C/groups][R][S]"},
      {weights({4, 2, 3, 2}),
       "FILE:/layers/conv1/weights: has shape [4][2][3][2], expected "
       "[K][C/groups][R][S] = [4][3][3][2]"},
      {weights({0, 3, 3, 2}), "FILE:/layers/conv1: K is 0, expected 1 to 16777216"},
      {weights({4, 3, 7, 2}),
       "FILE:/layers/conv1: the output plane is 0x4, expected at least 1x1: the kernel is larger "
       "than the padded input"},
      {[](auto& f) { f.set_integer("/layers/conv1", "groups", 2); },
       "FILE:/layers/conv1: groups 2 does not divide C 3 and K 4"},
      {[](auto& f) { f.set_dataset("/layers/conv1/bias", {3}, {.type = H5T_IEEE_F32LE}); },
       "FILE:/layers/conv1/bias: has shape [3], expected [K] = [4]"},
      {[](auto& f) {
         f.set_dataset("/layers/conv1/input", {1, 3, 6, 5}, {});
       },
       "FILE:/layers/conv1/input: has shape [1][3][6][5], expected [C][H][W] = [3][6][5]"},
      {[](auto& f) {
         f.set_dataset("/layers/conv1/mask", {4, 3, 3, 1}, {.type = H5T_STD_U8LE});
       },
       "FILE:/layers/conv1/mask: has shape [4][3][3][1], expected [K][C/groups][R][S] = "
       "[4][3][3][2]"},
      {[](auto& f) {
         f.set_integers("/layers/fc", "input_shape", {12, 1, 2});
       },
       "FILE:/layers/fc: a layer of kind fc has a 1x2 input and a 1x1 kernel, expected both 1x1"},
  });
}

TEST_CASE("absurd dimensions are refused before anything is allocated") {
  const hsize_t huge = hsize_t{1} << 40;
  const auto weights = [](std::vector<hsize_t> dims, std::vector<hsize_t> chunk) {
    return [=](Hdf5Editor& f) {
      f.set_dataset("/layers/conv1/weights", dims, {.chunk = chunk, .write = false});
    };
  };
  check({
      {weights({huge, 3, 3, 2}, {64, 3, 3, 2}),
       "FILE:/layers/conv1: K is 1099511627776, expected 1 to 16777216"},
      {[](auto& f) {
         f.set_integers("/layers/conv1", "input_shape", {64, 6, 5});
         f.set_dataset("/layers/conv1/weights", {1 << 24, 64, 3, 2},
                       {.chunk = {64, 3, 3, 2}, .write = false});
       },
       "FILE:/layers/conv1: the weight tensor has more than 2^31 elements, which is too large"},
      {weights({4, huge, 3, 2}, {4, 64, 3, 2}),
       "FILE:/layers/conv1/weights: has shape [4][1099511627776][3][2], expected "
       "[K][C/groups][R][S] = [4][3][3][2]"},
      {[](auto& f) {
         f.set_integers("/layers/conv1", "input_shape", {3, 1 << 24, 1 << 24});
       },
       "FILE:/layers/conv1: the input has more than 2^31 elements, which is too large"},
      {[](auto& f) {
         f.set_integers("/layers/conv1", "padding", {1 << 24, 0, 1 << 24, 0});
       },
       "FILE:/layers/conv1: the output has more than 2^31 elements, which is too large"},
  });
}

TEST_CASE("numbers that were never written are refused before they are allocated") {
  check({
      {[](auto& f) {
         f.set_integers("/layers/fc", "input_shape", {1 << 20, 1, 1});
         f.remove("/layers/fc/input");
         f.set_dataset("/layers/fc/weights", {1024, 1 << 20, 1, 1}, {.write = false});
       },
       "FILE:/layers/fc/weights: stores 0 of the 2147483648 bytes that shape [1024][1048576][1][1] "
       "needs: it was never written, or only in part"},
      {[](auto& f) {
         f.set_dataset("/layers/fc/weights", {7, 12, 1, 1},
                       {.chunk = {1, 4, 1, 1}, .write = false});
       },
       "FILE:/layers/fc/weights: stores 0 of the 168 bytes that shape [7][12][1][1] needs: it was "
       "never written, or only in part"},
  });
}

TEST_CASE("datasets that are missing, surplus or of another type are refused") {
  check({
      {[](auto& f) { f.remove("/layers/conv1/weights"); },
       "FILE:/layers/conv1/weights: is missing, expected a dataset"},
      {[](auto& f) { f.rename("/layers/conv1/bias", "/layers/conv1/biases"); },
       "FILE:/layers/conv1/biases: unknown name, expected weights, bias, input, mask"},
      {[](auto& f) { f.create_group("/layers/fc/bias"); },
       "FILE:/layers/fc/bias: is a group, expected a dataset"},
      {[](auto& f) {
         f.set_dataset("/layers/fc/weights", {7, 12, 1, 1}, {.type = H5T_IEEE_F64LE});
       },
       "FILE:/layers/fc/weights: is float64, expected float32 or int16 or int8"},
      {[](auto& f) {
         f.set_dataset("/layers/fc/weights", {7, 12, 1, 1}, {.type = H5T_STD_U16BE});
       },
       "FILE:/layers/fc/weights: is uint16, expected float32 or int16 or int8"},
      {[](auto& f) {
         f.set_dataset("/layers/fc/input", {12, 1, 1}, {.type = H5T_STD_I8LE});
       },
       "FILE:/layers/fc/input: is int8, expected float32 or int16"},
      {[](auto& f) { f.set_dataset("/layers/conv1/bias", {4}, {.type = H5T_STD_I32LE}); },
       "FILE:/layers/conv1/bias: is int32, expected float32"},
      {[](auto& f) {
         f.set_dataset("/layers/conv1/mask", {4, 3, 3, 2}, {.type = H5T_STD_I8LE});
       },
       "FILE:/layers/conv1/mask: is int8, expected uint8 or bool"},
  });
}

TEST_CASE("scales are positive numbers on integers") {
  check({
      {[](auto& f) { f.set_number("/layers/conv2/weights", "scale", 0); },
       "FILE:/layers/conv2/weights: attribute scale is 0, expected more than 0"},
      {[](auto& f) { f.set_number("/layers/conv2/weights", "scale", -0.5); },
       "FILE:/layers/conv2/weights: attribute scale is -0.5, expected more than 0"},
      {[](auto& f) { f.set_number("/layers/conv1/input", "scale", kInfinity); },
       "FILE:/layers/conv1/input: attribute scale is inf, expected a finite number"},
      {[](auto& f) { f.set_text("/layers/conv1/input", "scale", "1"); },
       "FILE:/layers/conv1/input: attribute scale is string, expected one number"},
      {[](auto& f) { f.set_integers("/layers/conv1/input", "scale", {1}); },
       "FILE:/layers/conv1/input: attribute scale has shape [1], expected one number"},
      {[](auto& f) { f.set_number("/layers/conv1/weights", "scale", 1); },
       "FILE:/layers/conv1/weights: has an attribute scale, expected it on integers only"},
      {[](auto& f) { f.set_number("/layers/conv2/weights", "scales", 1); },
       "FILE:/layers/conv2/weights: unknown attribute \"scales\", expected scale"},
      {[](auto& f) { f.set_number("/layers/conv1/bias", "scale", 1); },
       "FILE:/layers/conv1/bias: unknown attribute \"scale\", expected none"},
  });
}

TEST_CASE("numbers that are not finite are named with their index") {
  check({
      {[](auto& f) { f.poke("/layers/conv1/weights", 23, kNaN); },
       "FILE:/layers/conv1/weights: nan at [1][0][2][1], expected finite numbers"},
      {[](auto& f) { f.poke("/layers/conv1/weights", 71, -kInfinity); },
       "FILE:/layers/conv1/weights: -inf at [3][2][2][1], expected finite numbers"},
      {[](auto& f) { f.poke("/layers/conv1/bias", 2, kInfinity); },
       "FILE:/layers/conv1/bias: inf at [2], expected finite numbers"},
      {[](auto& f) { f.poke("/layers/fc/input", 11, kNaN); },
       "FILE:/layers/fc/input: nan at [11][0][0], expected finite numbers"},
  });
}

TEST_CASE("masks agree with themselves and with the weights") {
  check({
      {[](auto& f) { f.poke("/layers/conv1/mask", 7, 2); },
       "FILE:/layers/conv1/mask: 2 at [0][1][0][1], expected 0 or 1"},
      {[](auto& f) { f.poke("/layers/conv2/mask", 10, 0); },
       "FILE:/layers/conv2/mask: 0 at [0][1][0][1] in a kernel grain that starts with 1, expected "
       "one value per grain"},
      {[](auto& f) { f.poke("/layers/conv1/weights", 4, 0.25); },
       "FILE:/layers/conv1/weights: 0.25 at [0][0][2][0], where the mask is 0, expected 0"},
      {[](auto& f) { f.poke("/layers/conv2/weights", 8, -3); },
       "FILE:/layers/conv2/weights: -3 at [0][0][2][2], where the mask is 0, expected 0"},
      {[](auto& f) { f.remove_attribute("/layers/conv1/mask", "granularity"); },
       "FILE:/layers/conv1/mask: no attribute granularity, expected one string"},
      {[](auto& f) { f.set_text("/layers/conv1/mask", "granularity", "block"); },
       "FILE:/layers/conv1/mask: attribute granularity is \"block\", expected \"fine\", "
       "\"vector\", \"kernel\" or \"filter\""},
      {[](auto& f) { f.remove_attribute("/layers/conv1/mask", "density_requested"); },
       "FILE:/layers/conv1/mask: no attribute density_requested, expected one number"},
      {[](auto& f) { f.set_number("/layers/conv1/mask", "density_requested", 0); },
       "FILE:/layers/conv1/mask: attribute density_requested is 0, expected a density above 0, at "
       "most 1"},
      {[](auto& f) { f.set_number("/layers/conv1/mask", "density_achieved", 1.25); },
       "FILE:/layers/conv1/mask: attribute density_achieved is 1.25, expected a density from 0 to "
       "1"},
      {[](auto& f) { f.set_number("/layers/conv1/mask", "density_achieved", 0.5); },
       "FILE:/layers/conv1/mask: attribute density_achieved is 0.5, but 0.75 of the mask is 1, "
       "expected the two to agree"},
  });
}
