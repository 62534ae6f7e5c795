#include "tools/accuracy/points.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <tuple>

#include "sparse_formats/error.hpp"

namespace scnn::cli::accuracy {
namespace {

/// Keeps `entry` unless a later stage was measured before it.
template <class Map, class Key>
void keep(Map& kept, const Key& key, const Entry& entry) {
  const auto [at, fresh] = kept.try_emplace(key, entry);
  if (!fresh && entry.stage >= at->second.stage) at->second = entry;
}

}  // namespace

Points points_of(const Log& log, const std::string& where) {
  // Ordered as tables show them: by granularity, then from dense to sparse, then by seed.
  using Key = std::tuple<Granularity, double, std::int64_t>;
  std::map<std::int64_t, Entry> dense;
  std::map<Key, Entry> pruned;
  for (const Entry& entry : log.entries) {
    // Neither a scan's lines nor those before retraining are results.
    if (entry.stage == Stage::sensitivity || entry.stage == Stage::pruned) continue;
    if (entry.granularity)
      keep(pruned, Key{*entry.granularity, -*entry.density, entry.seed}, entry);
    else
      keep(dense, entry.seed, entry);
  }
  if (dense.empty())
    throw InputError(where,
                     "has no accuracy of the dense network, expected a line \"quantised\", "
                     "\"adapted\" or \"dense\" without a granularity");
  if (pruned.empty())
    throw InputError(where,
                     "has no accuracy of a pruned network, expected lines \"quantised\" or "
                     "\"retrained\" with a granularity");
  Points points;
  for (auto& [seed, entry] : dense) points.dense.push_back(std::move(entry));
  for (auto& [key, entry] : pruned) {
    const Granularity granularity = std::get<0>(key);
    const double density = *entry.density;
    auto& all = points.pruned;
    if (all.empty() || all.back().granularity != granularity || all.back().density != density)
      all.push_back({.granularity = granularity, .density = density, .seeds = {}});
    all.back().seeds.push_back(std::move(entry));
  }
  return points;
}

Spread accuracy_of(const std::vector<Entry>& entries) {
  double sum = 0.0;
  for (const Entry& entry : entries) sum += entry.accuracy;
  const auto [least, most] = std::ranges::minmax_element(entries, {}, &Entry::accuracy);
  return {.mean = sum / static_cast<double>(entries.size()),
          .least = least->accuracy,
          .most = most->accuracy};
}

}  // namespace scnn::cli::accuracy
