/// One ranking of the grains of several layers. Internal to pruning/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "pruning/grains.hpp"
#include "sparse_formats/granularity.hpp"
#include "workloads/network.hpp"

namespace scnn::pruning {

/// Ranks grains over layers by mean |w| and keeps the best of them.
///
/// Order of the ranking: larger mean first; of equal means the layer that was added
/// first, then the lower grain index. `keep(density)` walks it from the top and keeps
/// grains while the weights kept so far and those of the next grain are together at most
/// `density * weights of all layers`, rounded to nearest, ties to even. It stops at the
/// first grain that does not fit, even when a smaller one further down would: the result
/// is one threshold, and the kept weights fall short of the budget by less than a grain.
///
/// Layers are added one at a time and need not stay in memory: 16 bytes stay for every
/// grain that is still alive.
class GlobalRanking {
 public:
  explicit GlobalRanking(Granularity g) : granularity_(g) {}

  /// Makes room for that many grains at once, so that growing never holds two copies.
  void reserve(std::size_t grains) { entries_.reserve(grains); }

  /// Adds a layer; grains that `previous` dropped are not ranked, but their weights count
  /// in the total.
  /// \param where  the layer `previous` belongs to, for messages
  /// \throws InputError when `previous` does not fit the layer or the granularity
  void add(const workloads::ValueTensor& weights, const workloads::Mask* previous,
           const std::string& where);

  /// Keeps the best grains; the others leave the ranking for good, so that a second
  /// call continues from the first. \pre 0 < density <= 1
  void keep(double density);

  /// One flag per grain for every layer, in the order of `add`.
  [[nodiscard]] std::vector<GrainFlags> kept() const;

 private:
  struct Entry {
    double mean;
    std::uint32_t layer;
    std::uint32_t grain;  // a layer has at most 2^31 weights
  };
  struct LayerSize {
    std::size_t grains;
    std::int64_t grain_weights;
  };

  [[nodiscard]] static bool ranks_before(const Entry& a, const Entry& b);
  [[nodiscard]] std::int64_t weights_of(std::size_t first, std::size_t last) const;

  Granularity granularity_;
  std::vector<Entry> entries_;
  std::vector<LayerSize> layers_;
  std::int64_t total_weights_ = 0;
};

}  // namespace scnn::pruning
