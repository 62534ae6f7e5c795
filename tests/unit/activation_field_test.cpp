// The field behind correlated activations: its parts, its edges, exact densities, fixed bytes.
#include "workloads/activation_field.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "tests/support/activation_statistics.hpp"
#include "workloads/zoo.hpp"
#include "workloads/zoo_tensors.hpp"

using namespace scnn;
using namespace scnn::workloads;

namespace {

LayerSpec layer(std::int64_t C, std::int64_t H, std::int64_t W, std::string name = "layer") {
  LayerSpec spec;
  spec.name = std::move(name);
  spec.shape = {.C = C, .H = H, .W = W, .K = 8};
  return spec;
}

/// The field in standard deviations.
std::vector<double> field(const LayerSpec& spec, const FieldShares& shares, std::int64_t seed = 1) {
  std::vector<double> values;
  for (const std::uint32_t key : field_keys("net", spec, seed, shares))
    values.push_back((0x1p31 - static_cast<double>(key)) / 0x1p26);
  return values;
}

double mean_product(const std::vector<double>& values, std::size_t W, std::size_t apart) {
  double sum = 0, n = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i % W + apart >= W) continue;
    sum += values[i] * values[i + apart];
    n += 1;
  }
  return sum / n;
}

test::ActivationStatistics statistics(const LayerSpec& spec, double density,
                                      ActivationModel model = ActivationModel::correlated) {
  const LayerShape& s = spec.shape;
  return test::statistics_of(
      test::pattern_of(synthesise_input(spec, density, 1, model), s.C, s.H, s.W));
}

}  // namespace

TEST_CASE("The coarse window is a tenth of the plane and one more") {
  CHECK(coarse_window(1) == 1);
  CHECK(coarse_window(4) == 1);
  CHECK(coarse_window(5) == 2);
  CHECK(coarse_window(14) == 2);
  CHECK(coarse_window(15) == 3);
  CHECK(coarse_window(224) == 23);
  CHECK(coarse_window(1264) == 127);
  CHECK(coarse_window(1265) == 128);
  CHECK(coarse_window(100000) == 128);
}

TEST_CASE("Each part of the field has the variance of its share, and all have one together") {
  const LayerSpec spec = layer(400, 20, 20);
  for (const FieldShares shares :
       {FieldShares{1, 0, 0, 0}, FieldShares{0, 1, 0, 0}, FieldShares{0, 0, 1, 0},
        FieldShares{0, 0, 0, 0}, FieldShares{}}) {
    CAPTURE(shares.channel, shares.fine, shares.coarse);
    CHECK(mean_product(field(spec, shares), 20, 0) == Approx(1).epsilon(0.1));
  }
}

TEST_CASE("Each part is as smooth as its window") {
  const LayerSpec spec = layer(400, 20, 20);
  const auto level = field(spec, {.channel = 1, .fine = 0, .coarse = 0, .common = 0});
  CHECK(std::adjacent_find(level.begin(), level.begin() + 400, std::not_equal_to<>()) ==
        level.begin() + 400);
  CHECK(level[0] != level[400]);
  // 1 2 1 in both directions: 2/3 of the variance is shared with the next, 1/6 with the second.
  const auto fine = field(spec, {.channel = 0, .fine = 1, .coarse = 0, .common = 0});
  CHECK(mean_product(fine, 20, 1) == Approx(2.0 / 3).margin(0.02));
  CHECK(mean_product(fine, 20, 2) == Approx(1.0 / 6).margin(0.02));
  CHECK(mean_product(fine, 20, 3) == Approx(0).margin(0.02));
  // 1 2 3 2 1: 16/19, 10/19, 4/19, 1/19, 0.
  const auto coarse = field(spec, {.channel = 0, .fine = 0, .coarse = 1, .common = 0});
  CHECK(mean_product(coarse, 20, 1) == Approx(16.0 / 19).margin(0.03));
  CHECK(mean_product(coarse, 20, 3) == Approx(4.0 / 19).margin(0.03));
  CHECK(mean_product(coarse, 20, 5) == Approx(0).margin(0.03));
  const auto alone = field(spec, {.channel = 0, .fine = 0, .coarse = 0, .common = 0});
  CHECK(mean_product(alone, 20, 1) == Approx(0).margin(0.02));
}

TEST_CASE("The common share is what two channels have in common") {
  const auto values =
      field(layer(2, 300, 300), {.channel = 0, .fine = 0, .coarse = 0, .common = 0.25});
  double both = 0;
  for (std::size_t i = 0; i < 90000; ++i) both += values[i] * values[90000 + i];
  CHECK(both / 90000 == Approx(0.25).margin(0.02));
  CHECK(mean_product(values, 300, 0) == Approx(1).epsilon(0.02));
}

TEST_CASE("Channels of the zoo have no layout in common") {
  const auto values = field(layer(2, 300, 300), {.channel = 0});
  double both = 0;
  for (std::size_t i = 0; i < 90000; ++i) both += values[i] * values[90000 + i];
  CHECK(both / 90000 == Approx(0).margin(0.05));  // a patch of the coarse part is 31 wide
}

TEST_CASE("The edges of a plane are like its middle") {
  const std::size_t W = 30;
  const auto values = field(layer(3000, 1, W), {.channel = 0, .fine = 0, .coarse = 1, .common = 0});
  double edge = 0, middle = 0;
  for (std::size_t i = 0; i < values.size(); i += W) {
    edge += values[i] * values[i];
    middle += values[i + W / 2] * values[i + W / 2];
  }
  CHECK(edge / 3000 == Approx(1).margin(0.1));
  CHECK(middle / 3000 == Approx(1).margin(0.1));
}

TEST_CASE("Correlated inputs have exactly their density, whatever the shape") {
  for (const LayerSpec& spec :
       {layer(5, 1, 1), layer(4096, 1, 1), layer(7, 1, 13), layer(6, 9, 1), layer(5, 2, 3),
        layer(64, 7, 7), layer(96, 27, 27), layer(16, 40, 3)})
    for (const double density : {0.0001, 0.05, 0.306, 0.5, 0.731, 0.97, 1.0}) {
      const auto input = synthesise_input(spec, density, 3, ActivationModel::correlated);
      CAPTURE(spec.shape.C, spec.shape.H, spec.shape.W, density);
      CHECK(static_cast<std::size_t>(std::ranges::count_if(input.values(), [](float v) {
              return v > 0;
            })) == density_count(density, input.size()));
      CHECK(std::ranges::all_of(input.values(), [](float v) { return v >= 0; }));
    }
}

TEST_CASE("Correlated inputs cluster as real ones do, independent ones do not") {
  for (const std::int64_t plane : {14, 28, 56}) {
    const LayerSpec spec = layer(256, plane, plane);
    const auto s = statistics(spec, 0.4);
    CAPTURE(plane);
    CHECK((s.neighbours > 0.45 && s.neighbours < 0.65));
    CHECK((s.channel_std > 0.15 && s.channel_std < 0.30));
    CHECK((s.empty_2x2 > 0.30 && s.empty_2x2 < 0.45));
    CHECK(s.two_apart > 0.2);
    const auto independent = statistics(spec, 0.4, ActivationModel::independent);
    CHECK(std::fabs(independent.neighbours) < 0.02);
    CHECK(independent.channel_std < 0.05);
    CHECK(independent.empty_2x2 == Approx(0.6 * 0.6 * 0.6 * 0.6).margin(0.01));
  }
}

TEST_CASE("An image stays as it was: independent, and with signs") {
  const LayerSpec image = layer(3, 20, 20);
  CHECK(synthesise_input(image, 0.6, 1, ActivationModel::correlated) ==
        synthesise_input(image, 0.6, 1, ActivationModel::independent));
}

TEST_CASE("The models choose positions, and values stay with theirs") {
  const LayerSpec spec = layer(32, 12, 12);
  const auto a = synthesise_input(spec, 0.5, 1, ActivationModel::correlated);
  const auto b = synthesise_input(spec, 0.5, 1, ActivationModel::independent);
  CHECK_FALSE(a == b);
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a.data()[i] != 0 && b.data()[i] != 0) REQUIRE(a.data()[i] == b.data()[i]);
}

TEST_CASE("Fields differ by seed, network and layer") {
  const LayerSpec spec = layer(4, 5, 6);
  const auto keys = field_keys("net", spec, 1);
  CHECK(keys == field_keys("net", spec, 1));
  CHECK(keys != field_keys("net", spec, 2));
  CHECK(keys != field_keys("ten", spec, 1));
  CHECK(keys != field_keys("net", layer(4, 5, 6, "other"), 1));
}

TEST_CASE("A channel's field does not depend on how many channels follow") {
  // But for what all have in common, of which there is none by default.
  const auto few = field_keys("net", layer(5, 9, 11), 1);
  const auto many = field_keys("net", layer(50, 9, 11), 1);
  CHECK(std::equal(few.begin(), few.end(), many.begin()));
}

TEST_CASE("The keys of a field stay as they are") {
  // A difference here means that every result on a zoo network changes.
  std::uint64_t h = 0xCBF29CE484222325;
  for (const std::uint32_t key : field_keys("net", layer(9, 37, 53), 1))
    h = (h ^ key) * 0x100000001B3;
  CHECK(h == 0xf08b6e2a1125f690);
}
