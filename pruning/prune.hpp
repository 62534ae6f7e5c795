/// L1 pruning at the four granularities (Mao et al. 2017).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sparse_formats/granularity.hpp"
#include "workloads/network.hpp"

namespace scnn::pruning {

/// Saliency of every grain in index order: sum of |w|, in double precision and
/// index order. Integer weights are scaled first.
/// \return  `weights / grain_size` values
[[nodiscard]] std::vector<double> saliencies(const workloads::ValueTensor& weights, Granularity g);

/// `density * grains`, rounded to nearest, ties to even.
[[nodiscard]] std::int64_t kept_grains(double density, std::int64_t grains);

/// Prunes one layer to `density`: the grains of largest saliency survive; of equal
/// ones the lower index. Grains that `previous` dropped stay dropped, so fewer may
/// survive than asked for. The density counts over all weights of the layer.
///
/// \param previous  an earlier mask of this layer, of any granularity whose zeros
///                  are whole grains of `g`; nullptr for none
/// \pre    0 < density <= 1
/// \throws InputError at `where` when `previous` drops part of a grain of `g`
[[nodiscard]] workloads::Mask prune_layer(const workloads::ValueTensor& weights, Granularity g,
                                          double density, const workloads::Mask* previous,
                                          const std::string& where);

/// A layer's part in a global threshold.
struct GlobalLayer {
  const workloads::ValueTensor* weights = nullptr;
  const workloads::Mask* previous = nullptr;
  std::string where;
};

/// Prunes several layers with one threshold: grains are ranked over all layers by
/// mean |w|, density counts weights. Of equal means the earlier layer, then the
/// lower index, survives.
/// \return one mask per layer, in order
[[nodiscard]] std::vector<workloads::Mask> prune_global(std::span<const GlobalLayer> layers,
                                                        Granularity g, double density);

/// Sets the weights under mask 0 to zero; surviving weights keep every bit.
void apply_mask(workloads::ValueTensor& weights, const workloads::Mask& mask);

}  // namespace scnn::pruning
