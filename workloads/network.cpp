#include "workloads/network.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sparse_formats/error.hpp"
#include "sparse_formats/quantise.hpp"
#include "workloads/index_text.hpp"

namespace scnn::workloads {
namespace {

struct Integers {
  std::vector<std::int16_t> values;
  double scale = 1.0;
};

Integers to_integers(const Tensor<float>& t, int bits) {
  const Quantised q = quantise(t.values(), bits);
  Integers result{.values = std::vector<std::int16_t>(q.values.size()), .scale = q.scale};
  std::transform(q.values.begin(), q.values.end(), result.values.begin(),
                 [](std::int32_t v) { return static_cast<std::int16_t>(v); });
  return result;
}

Integers to_integers(const IntTensor& t, int bits, std::size_t rank, const std::string& where) {
  const auto values = t.values.values();
  const auto misfit =
      std::find_if(values.begin(), values.end(), [&](auto v) { return !fits_signed(v, bits); });
  if (misfit != values.end()) {
    const auto i = static_cast<std::size_t>(misfit - values.begin());
    const int limit = 1 << (bits - 1);
    throw InputError(where,
                     fmt::format("{} at {} does not fit {} bits, expected {} to {}", *misfit,
                                 index_text(t.values.shape(), i, rank), bits, -limit, limit - 1));
  }
  return {.values = t.values.data(), .scale = t.scale};
}

Integers to_integers(const ValueTensor& t, int bits, std::size_t rank, const std::string& where) {
  if (const auto* floats = std::get_if<Tensor<float>>(&t)) return to_integers(*floats, bits);
  return to_integers(std::get<IntTensor>(t), bits, rank, where);
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

QuantisedLayer quantise_layer(const Layer& layer, int weight_bits, int activation_bits,
                              const std::string& where) {
  if (!layer.input)
    throw InputError(where,
                     "the layer has no dataset input and none was synthesised, expected one of "
                     "the two (--activation-density, or its attribute input_density)");
  const LayerShape& s = layer.spec.shape;
  Integers weights = to_integers(layer.weights, weight_bits, 4, where + "/weights");
  Integers input = to_integers(*layer.input, activation_bits, 3, where + "/input");

  QuantisedLayer q;
  q.spec = layer.spec;
  q.weights = Tensor<std::int16_t>({s.K, s.group_C(), s.R, s.S}, std::move(weights.values));
  q.input = Tensor<std::int16_t>({1, s.C, s.H, s.W}, std::move(input.values));
  q.weight_scale = weights.scale;
  q.input_scale = input.scale;
  q.bias = layer.bias;
  q.granularity =
      layer.mask ? layer.mask->granularity : layer.spec.granularity.value_or(Granularity::fine);
  return q;
}

}  // namespace scnn::workloads
