#include "pruning/global_ranking.hpp"

#include <algorithm>

#include "pruning/prune.hpp"
#include "pruning/saliency.hpp"

namespace scnn::pruning {

bool GlobalRanking::ranks_before(const Entry& a, const Entry& b) {
  if (a.mean != b.mean) return a.mean > b.mean;
  if (a.layer != b.layer) return a.layer < b.layer;
  return a.grain < b.grain;
}

void GlobalRanking::add(const workloads::ValueTensor& weights, const workloads::Mask* previous,
                        const std::string& where) {
  const WeightShape shape = shape_of(weights);
  const GrainFlags alive = surviving_grains(shape, granularity_, previous, where);
  const std::int64_t size = grain_size(granularity_, shape);
  const auto layer = static_cast<std::uint32_t>(layers_.size());
  with_saliency(weights, granularity_, [&](const auto& saliency) {
    for (std::size_t i = 0; i < alive.size(); ++i) {
      if (alive[i] == 0) continue;
      entries_.push_back({.mean = saliency(i) / static_cast<double>(size),
                          .layer = layer,
                          .grain = static_cast<std::uint32_t>(i)});
    }
  });
  layers_.push_back({.grains = alive.size(), .grain_weights = size});
  total_weights_ += static_cast<std::int64_t>(alive.size()) * size;
}

std::int64_t GlobalRanking::weights_of(std::size_t first, std::size_t last) const {
  std::int64_t weights = 0;
  for (std::size_t i = first; i < last; ++i) weights += layers_[entries_[i].layer].grain_weights;
  return weights;
}

void GlobalRanking::keep(double density) {
  const std::int64_t budget = kept_grains(density, total_weights_);
  // Halve the range that holds the first grain that does not fit: [0, low) is known to
  // fit, and that grain, if there is one, is in [low, high]. A full sort is not needed.
  const auto at = [this](std::size_t i) {
    return entries_.begin() + static_cast<std::ptrdiff_t>(i);
  };
  std::int64_t kept_weights = 0;
  std::size_t low = 0;
  std::size_t high = entries_.size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    std::nth_element(at(low), at(middle), at(high), ranks_before);
    const std::int64_t weights = weights_of(low, middle + 1);
    if (kept_weights + weights <= budget) {
      kept_weights += weights;
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  entries_.erase(at(low), entries_.end());
}

std::vector<GrainFlags> GlobalRanking::kept() const {
  std::vector<GrainFlags> flags;
  flags.reserve(layers_.size());
  for (const LayerSize& layer : layers_) flags.emplace_back(layer.grains, 0);
  for (const Entry& entry : entries_) flags[entry.layer][entry.grain] = 1;
  return flags;
}

}  // namespace scnn::pruning
