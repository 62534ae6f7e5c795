/// SCNN Fig. 1: densities, and what is left of the multiplies.
#include <cmath>

#include "tools/validation/experiment.hpp"
#include "workloads/published.hpp"

namespace scnn::cli::validation {
namespace {

const sim::StoredLayer& layer_of(const sim::StoredResult& run, std::string_view name) {
  for (const auto& layer : run.layers)
    if (layer.name == name) return layer;
  throw std::logic_error("no such layer");
}

double multiplies_of(const std::vector<workloads::LayerSpec>& layers, std::string_view name) {
  for (const auto& layer : layers)
    if (layer.name == name) return static_cast<double>(layer.shape.multiplies());
  throw std::logic_error("no such layer");
}

}  // namespace

Figure fig1_figure(const Setup& setup, const Outcomes& outcomes) {
  const auto& table = workloads::published::layer_densities();
  Figure figure;
  figure.source = source_text(table);
  figure.columns = {{"weights\npublished", 3}, {"weights\nzoo", 3},    {"inputs\npublished", 3},
                    {"inputs\nzoo", 3},        {"work\npublished", 3}, {"work\nsimulated", 3}};
  Mean off;
  for (const auto& row : table.rows) {
    const std::string network(row.network);
    const sim::StoredResult run = outcomes.run(published_name(network));
    const auto& layer = layer_of(run, row.layer);
    const double published = row.weight * row.activation;
    const double work = static_cast<double>(layer.counters.updates) /
                        multiplies_of(published_run(network, setup).layers(), row.layer);
    off.add(std::fabs(work - published));
    figure.rows.push_back({.network = network,
                           .name = std::string(row.layer),
                           .cells = {row.weight, layer.weight_density, row.activation,
                                     layer.activation_density, published, work},
                           .why = {}});
  }
  figure.measures = {
      {"mean absolute error of the work, as share of the dense", off.value(), "1", {}}};
  figure.notes = {
      "Published work is the product of the two densities. Simulated work counts the products "
      "that reach an output, over the dense multiplies, which include those with the padding; "
      "so it is below the product where the kernel is large for its plane."};
  return figure;
}

}  // namespace scnn::cli::validation
