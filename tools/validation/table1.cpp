/// SCNN Table 1: layers, largest weights and activations, multiplies.
#include <algorithm>
#include <cmath>

#include "tools/validation/experiment.hpp"
#include "workloads/published.hpp"

namespace scnn::cli::validation {
namespace {

constexpr double kBytesPerValue = 2.0;
constexpr double kMega = 1e6, kMebi = 1048576.0, kKibi = 1024000.0;  // the last: 1000 KiB

/// Bytes in that of the paper's units which is nearest to what it prints.
double in_units(double bytes, double published) {
  double best = bytes / kMega;
  for (const double unit : {kMebi, kKibi})
    if (std::fabs(bytes / unit - published) < std::fabs(best - published)) best = bytes / unit;
  return best;
}

struct Sizes {
  std::int64_t layers = 0;
  double weights = 0.0, activations = 0.0, multiplies = 0.0;  // bytes, bytes, count
};

Sizes sizes_of(const std::string& network) {
  workloads::ZooOptions options;
  Sizes sizes;
  // The largest activation printed for GoogLeNet is one of its stem (docs/zoo.md).
  for (const auto& layer : workloads::zoo_layers(network, options))
    sizes.activations = std::max(
        {sizes.activations, kBytesPerValue * static_cast<double>(layer.shape.input_count()),
         kBytesPerValue * static_cast<double>(layer.shape.output_count())});
  options.inception_only = network == "googlenet";
  for (const auto& layer : workloads::zoo_layers(network, options)) {
    ++sizes.layers;
    sizes.weights =
        std::max(sizes.weights, kBytesPerValue * static_cast<double>(layer.shape.weight_count()));
    sizes.multiplies += static_cast<double>(layer.shape.multiplies());
  }
  return sizes;
}

}  // namespace

Figure table1_figure(const Setup& /*setup*/, const Outcomes& /*outcomes*/) {
  const auto& table = workloads::published::network_totals();
  Figure figure;
  figure.source = source_text(table);
  figure.columns = {{"layers\npublished", 0},
                    {"layers\nzoo", 0},
                    {"weights MB\npublished", 2},
                    {"weights MB\nzoo", 2},
                    {"input or output MB\npublished", 2},
                    {"input or output MB\nzoo", 2},
                    {"multiplies G\npublished", 2},
                    {"multiplies G\nzoo", 2}};
  Mean off;
  for (const auto& row : table.rows) {
    const Sizes sizes = sizes_of(std::string(row.network));
    const double weights = in_units(sizes.weights, row.max_weights_MB);
    const double activations = in_units(sizes.activations, row.max_activations_MB);
    const double multiplies = sizes.multiplies / 1e9;
    off.add(std::fabs(percent_off(weights, row.max_weights_MB)));
    off.add(std::fabs(percent_off(activations, row.max_activations_MB)));
    off.add(std::fabs(percent_off(multiplies, row.multiplies_G)));
    figure.rows.push_back(
        {.network = std::string(row.network),
         .name = {},
         .cells = {row.conv_layers, static_cast<double>(sizes.layers), row.max_weights_MB, weights,
                   row.max_activations_MB, activations, row.multiplies_G, multiplies},
         .why = {}});
    if (row.network == "alexnet")
      figure.rows.back().why =
          "0.31 MB is the image, while the other rows count outputs, of which conv1 has 0.58 MB; "
          "and five layers with their groups have 0.666 G multiplies, where 0.69 G fits no variant "
          "of "
          "the network that we know";
  }
  figure.measures = {{"mean absolute error of sizes and multiplies", off.value(), "%", {}}};
  figure.notes = {
      "The paper mixes units: MB is 10^6 bytes, 2^20 bytes or 1000 KiB, whichever is nearest."};
  return figure;
}

}  // namespace scnn::cli::validation
