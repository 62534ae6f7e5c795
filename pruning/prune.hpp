/// L1 pruning at the four granularities (Mao et al. 2017).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sparse_formats/granularity.hpp"
#include "workloads/network.hpp"

namespace scnn::pruning {

/// Saliency of every grain in index order: sum of |w|, in double precision and
/// index order. Integer weights are scaled first.
/// \pre     weights are finite, as every file reader checks
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
/// \throws InputError at `where` when the density is outside (0,1], or `previous` has
///         another shape or drops part of a grain of `g`
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
///
/// The ranking is walked from the top, and a grain is kept while the kept weights with
/// its own are at most `density * weights of all layers`, rounded to nearest, ties to
/// even; the walk stops at the first grain that does not fit. Grains of different layers
/// differ in size, so the kept weights may fall short of that number by less than one
/// grain. Grains that `previous` dropped stay dropped; their weights count in the total.
/// \throws InputError when the density is outside (0,1], and at a layer's `where` when its
/// `previous` does not fit \return one mask per layer, in order; `density_requested` is that of the
/// whole
[[nodiscard]] std::vector<workloads::Mask> prune_global(std::span<const GlobalLayer> layers,
                                                        Granularity g, double density);

/// Sets the weights under mask 0 to zero; surviving weights keep every bit.
void apply_mask(workloads::ValueTensor& weights, const workloads::Mask& mask);

}  // namespace scnn::pruning
