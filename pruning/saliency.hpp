/// L1 saliency of one grain at a time, without a copy of the tensor. Internal to pruning/.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <utility>
#include <variant>

#include "sparse_formats/granularity.hpp"
#include "workloads/network.hpp"

namespace scnn::pruning {

/// Sum of |w| of grain i, in double precision and index order.
///
/// \tparam T  float, or the integer type of a tensor with a scale
template <class T>
class GrainSaliency {
 public:
  /// \param scale  turns an element into its value; 1 for float tensors
  GrainSaliency(std::span<const T> weights, double scale, std::int64_t grain)
      : weights_(weights), scale_(scale), grain_(static_cast<std::size_t>(grain)) {}

  [[nodiscard]] std::size_t grains() const { return weights_.size() / grain_; }

  [[nodiscard]] double operator()(std::size_t i) const {
    double sum = 0.0;
    for (const T w : weights_.subspan(i * grain_, grain_))
      sum += std::abs(static_cast<double>(w) * scale_);
    return sum;
  }

 private:
  std::span<const T> weights_;
  double scale_;
  std::size_t grain_;
};

/// Calls `f` with the GrainSaliency of a tensor of either kind.
template <class F>
void with_saliency(const workloads::ValueTensor& weights, Granularity g, F&& f) {
  if (const auto* floats = std::get_if<Tensor<float>>(&weights)) {
    f(GrainSaliency<float>(floats->values(), 1.0, grain_size(g, floats->shape())));
    return;
  }
  const auto& integers = std::get<workloads::IntTensor>(weights);
  f(GrainSaliency<std::int16_t>(integers.values.values(), integers.scale,
                                grain_size(g, integers.values.shape())));
}

}  // namespace scnn::pruning
