#include "workloads/zoo_densities.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <string>

#include "workloads/published.hpp"

namespace scnn::workloads {
namespace {

struct Densities {
  double weight, activation;
};

std::optional<Densities> published_densities(std::string_view network, std::string_view layer) {
  const auto* row = published::find(published::layer_densities(), network, layer);
  if (row == nullptr) return std::nullopt;
  return Densities{row->weight, row->activation};
}

constexpr std::array<std::string_view, 9> kModules{"3a", "3b", "4a", "4b", "4c",
                                                   "4d", "4e", "5a", "5b"};
constexpr std::string_view kPrefix = "inception_";

/// Interpolates layer `inception_<module>_<branch>`; nothing for layers outside modules.
std::optional<Densities> inception_densities(std::string_view layer) {
  if (!layer.starts_with(kPrefix)) return std::nullopt;
  const auto step = static_cast<std::size_t>(std::distance(
      kModules.begin(), std::ranges::find(kModules, layer.substr(kPrefix.size(), 2))));
  if (step == kModules.size()) return std::nullopt;
  const std::string branch(layer.substr(kPrefix.size() + 2));
  const auto first = published_densities("googlenet", std::string(kPrefix) + "3a" + branch);
  const auto last = published_densities("googlenet", std::string(kPrefix) + "5b" + branch);
  if (!first || !last) return std::nullopt;
  constexpr double whole = kModules.size() - 1;
  const auto part = static_cast<double>(step);
  const auto between = [part](double a, double b) {
    return (a * (whole - part) + b * part) / whole;  // exactly a and b at the ends
  };
  return Densities{between(first->weight, last->weight),
                   between(first->activation, last->activation)};
}

}  // namespace

void fill_densities(std::string_view network, std::vector<LayerSpec>& layers) {
  for (LayerSpec& layer : layers) {
    auto d = published_densities(network, layer.name);
    if (!d && network == "googlenet") d = inception_densities(layer.name);
    if (!d) d = Densities{kStatedWeightDensity, kStatedActivationDensity};
    layer.density_published = d->weight;
    layer.input_density = &layer == layers.data() ? 1.0 : d->activation;
  }
}

}  // namespace scnn::workloads
