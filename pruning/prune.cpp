#include "pruning/prune.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <type_traits>
#include <utility>
#include <variant>

#include "pruning/global_ranking.hpp"
#include "pruning/grains.hpp"
#include "pruning/saliency.hpp"
#include "sparse_formats/error.hpp"

namespace scnn::pruning {
namespace {

/// Of the grains flagged in `kept`, leaves the `count` of largest saliency; of equal ones
/// those of lower index. Saliencies are computed twice rather than stored twice.
template <class Saliency>
void keep_largest(const Saliency& saliency, std::size_t count, GrainFlags& kept) {
  std::vector<double> ranked;
  ranked.reserve(kept.size());
  for (std::size_t i = 0; i < kept.size(); ++i)
    if (kept[i] != 0) ranked.push_back(saliency(i));
  if (count >= ranked.size()) return;
  if (count == 0) {
    std::ranges::fill(kept, 0);
    return;
  }
  const auto last_kept = ranked.begin() + static_cast<std::ptrdiff_t>(count - 1);
  std::nth_element(ranked.begin(), last_kept, ranked.end(), std::greater<>());
  const double threshold = *last_kept;
  // How many of the grains at the threshold itself still have a place.
  auto places = std::count(ranked.begin(), last_kept + 1, threshold);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (kept[i] == 0) continue;
    const double s = saliency(i);
    const bool keep = s > threshold || (s == threshold && places-- > 0);
    kept[i] = keep ? 1 : 0;
  }
}

}  // namespace

std::vector<double> saliencies(const workloads::ValueTensor& weights, Granularity g) {
  std::vector<double> sums;
  with_saliency(weights, g, [&](const auto& saliency) {
    sums.resize(saliency.grains());
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = saliency(i);
  });
  return sums;
}

std::int64_t kept_grains(double density, std::int64_t grains) {
  // nearbyint rounds ties to even in the default rounding mode, which nobody changes here.
  return static_cast<std::int64_t>(std::nearbyint(density * static_cast<double>(grains)));
}

workloads::Mask prune_layer(const workloads::ValueTensor& weights, Granularity g, double density,
                            const workloads::Mask* previous, const std::string& where) {
  check_density(density, where);
  const WeightShape shape = shape_of(weights);
  GrainFlags kept = surviving_grains(shape, g, previous, where);
  const std::int64_t count = kept_grains(density, static_cast<std::int64_t>(kept.size()));
  with_saliency(weights, g, [&](const auto& saliency) {
    keep_largest(saliency, static_cast<std::size_t>(count), kept);
  });
  return mask_of(shape, g, std::move(kept), density);
}

std::vector<workloads::Mask> prune_global(std::span<const GlobalLayer> layers, Granularity g,
                                          double density) {
  check_density(density, layers.empty() ? "" : layers.front().where);
  GlobalRanking ranking(g);
  for (const GlobalLayer& layer : layers) ranking.add(*layer.weights, layer.previous, layer.where);
  ranking.keep(density);
  std::vector<GrainFlags> kept = ranking.kept();
  std::vector<workloads::Mask> masks;
  masks.reserve(layers.size());
  for (std::size_t i = 0; i < layers.size(); ++i)
    masks.push_back(mask_of(shape_of(*layers[i].weights), g, std::move(kept[i]), density));
  return masks;
}

void apply_mask(workloads::ValueTensor& weights, const workloads::Mask& mask) {
  if (shape_of(weights) != mask.kept.shape())
    throw ModelError(fmt::format("a mask of shape {} applied to weights of shape {}",
                                 shape_text(mask.kept.shape()), shape_text(shape_of(weights))));
  const auto clear = [kept = mask.kept.values()](auto values) {
    for (std::size_t i = 0; i < values.size(); ++i)
      if (kept[i] == 0) values[i] = {};
  };
  if (auto* floats = std::get_if<Tensor<float>>(&weights))
    clear(floats->values());
  else
    clear(std::get<workloads::IntTensor>(weights).values.values());
}

}  // namespace scnn::pruning
