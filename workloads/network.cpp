#include "workloads/network.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sparse_formats/error.hpp"
#include "sparse_formats/quantise.hpp"
#include "workloads/index_text.hpp"

namespace scnn::workloads {
namespace {

constexpr std::size_t kWeightRank = 4, kInputRank = 3;

IntTensor to_integers(const Tensor<float>& t, int bits) {
  const Quantised q = quantise(t.values(), bits);
  std::vector<std::int16_t> values(q.values.size());
  std::ranges::transform(q.values, values.begin(),
                         [](std::int32_t v) { return static_cast<std::int16_t>(v); });
  return {.values = {t.shape(), std::move(values)}, .scale = q.scale};
}

void check_width(const IntTensor& t, int bits, std::size_t rank, const std::string& where) {
  const auto values = t.values.values();
  const auto misfit = std::ranges::find_if(values, [&](auto v) { return !fits_signed(v, bits); });
  if (misfit == values.end()) return;
  const auto i = static_cast<std::size_t>(misfit - values.begin());
  const int limit = 1 << (bits - 1);
  throw InputError(where,
                   fmt::format("{} at {} does not fit {} bits, expected {} to {}", *misfit,
                               index_text(t.values.shape(), i, rank), bits, -limit, limit - 1));
}

/// Floats quantised, integers as they are.
/// \param rank  dimensions by which messages name an element: the last of the four
IntTensor to_integers(const ValueTensor& t, int bits, std::size_t rank, const std::string& where) {
  if (const auto* floats = std::get_if<Tensor<float>>(&t)) return to_integers(*floats, bits);
  const auto& integers = std::get<IntTensor>(t);
  check_width(integers, bits, rank, where);
  return integers;
}

template <class T>
double share_of_non_zeros(const Tensor<T>& t) {
  if (t.empty()) return 0.0;
  const auto zeros = std::count(t.data().begin(), t.data().end(), T{});
  return static_cast<double>(t.size() - static_cast<std::size_t>(zeros)) /
         static_cast<double>(t.size());
}

}  // namespace

double density_of(const ValueTensor& t) {
  if (const auto* floats = std::get_if<Tensor<float>>(&t)) return share_of_non_zeros(*floats);
  return share_of_non_zeros(std::get<IntTensor>(t).values);
}

IntTensor quantise_weights(const ValueTensor& weights, int bits, const std::string& where) {
  return to_integers(weights, bits, kWeightRank, where);
}

QuantisedLayer quantise_layer(const Layer& layer, int weight_bits, int activation_bits,
                              const std::string& where) {
  if (!layer.input)
    throw InputError(where,
                     "the layer has no dataset input and none was synthesised, expected one of "
                     "the two (--activation-density, or its attribute input_density)");
  const LayerShape& s = layer.spec.shape;
  IntTensor weights = quantise_weights(layer.weights, weight_bits, where + "/weights");
  IntTensor input = to_integers(*layer.input, activation_bits, kInputRank, where + "/input");

  QuantisedLayer q;
  q.spec = layer.spec;
  q.weights = Tensor<std::int16_t>({s.K, s.group_C(), s.R, s.S}, std::move(weights.values.data()));
  q.input = Tensor<std::int16_t>({1, s.C, s.H, s.W}, std::move(input.values.data()));
  q.weight_scale = weights.scale;
  q.input_scale = input.scale;
  q.bias = layer.bias;
  q.granularity =
      layer.mask ? layer.mask->granularity : layer.spec.granularity.value_or(Granularity::fine);
  return q;
}

}  // namespace scnn::workloads
