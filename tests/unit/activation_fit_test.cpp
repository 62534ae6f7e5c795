// Generated activations against those of real networks, among them two not fitted on.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/activation_statistics.hpp"
#include "workloads/network_file.hpp"
#include "workloads/zoo.hpp"

using namespace scnn;
using namespace scnn::workloads;
using test::ActivationStatistics;
namespace fs = std::filesystem;

namespace {

struct Statistic {
  const char* name;
  double ActivationStatistics::*value;
  double fitted, tested;  ///< largest mean absolute error, per layer
};

// docs/activations.md has the errors themselves; these leave a little room.
constexpr Statistic kStatistics[] = {
    {"neighbours", &ActivationStatistics::neighbours, 0.07, 0.11},
    {"two apart", &ActivationStatistics::two_apart, 0.08, 0.12},
    {"channel std", &ActivationStatistics::channel_std, 0.04, 0.045},
    // One photograph has a layout, which the field leaves out on purpose.
    {"position std", &ActivationStatistics::position_std, 0.05, 0.035},
    {"dead", &ActivationStatistics::dead, 0.01, 0.03},
    {"empty 2x2", &ActivationStatistics::empty_2x2, 0.03, 0.06},
    {"empty 4x4", &ActivationStatistics::empty_4x4, 0.03, 0.065},
    {"runs", &ActivationStatistics::runs, 0.03, 0.06},
};

/// Real and generated statistics of every distinct input of a network that has zeros.
std::vector<std::pair<ActivationStatistics, ActivationStatistics>> pairs_of(const fs::path& file,
                                                                            ActivationModel model) {
  const auto network = open_network(file);
  std::set<std::string> seen;  // modules feed one input to several layers
  std::vector<std::pair<ActivationStatistics, ActivationStatistics>> pairs;
  for (std::size_t i = 0; i < network->layers().size(); ++i) {
    const Layer layer = network->read(i);
    const LayerShape& s = layer.spec.shape;
    if (s.C <= 4 || s.H < 4) continue;
    const auto real = test::pattern_of(std::get<IntTensor>(*layer.input).values, s.C, s.H, s.W);
    const auto statistics = test::statistics_of(real);
    if (statistics.density > 0.99 || !seen.emplace(real.active.begin(), real.active.end()).second)
      continue;
    const auto made = synthesise_input(layer.spec, statistics.density, 1, model);
    pairs.emplace_back(statistics, test::statistics_of(test::pattern_of(made, s.C, s.H, s.W)));
  }
  return pairs;
}

void check_network(const std::string& name, bool fitted) {
  const fs::path file = fs::path(SCNN_TEST_DATA) / "data" / name;
  if (!fs::exists(file)) {
    std::cerr << "skipped: no file " << file << '\n';
    std::exit(77);
  }
  const auto pairs = pairs_of(file, ActivationModel::correlated);
  REQUIRE(pairs.size() > 3);
  std::cout << fmt::format("{}, {} inputs, {}\n", name, pairs.size(),
                           fitted ? "fitted on" : "not fitted on");
  for (const Statistic& statistic : kStatistics) {
    double real = 0, made = 0, error = 0;
    for (const auto& [a, b] : pairs) {
      real += a.*statistic.value;
      made += b.*statistic.value;
      error += std::fabs(a.*statistic.value - b.*statistic.value);
    }
    const auto n = static_cast<double>(pairs.size());
    std::cout << fmt::format("  {:<13} real {:.3f}  generated {:.3f}  mean error {:.3f}\n",
                             statistic.name, real / n, made / n, error / n);
    INFO(statistic.name);
    CHECK(error / n <= (fitted ? statistic.fitted : statistic.tested));
  }
}

}  // namespace

TEST_CASE("Generated activations are like those of the networks they were fitted on") {
  check_network("alexnet_pruned.h5", true);
  check_network("squeezenet_dc.h5", true);
}

TEST_CASE("Generated activations are like those of networks they were not fitted on") {
  check_network("googlenet_bn_pruned.h5", false);
  check_network("resnet50_pruned.h5", false);
}
