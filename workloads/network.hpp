/// One layer of a network as a file or the zoo gives it, and as the machine takes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sparse_formats/granularity.hpp"
#include "sparse_formats/layer_shape.hpp"
#include "sparse_formats/tensor.hpp"

namespace scnn::workloads {

enum class LayerKind : std::uint8_t { conv, fc };

[[nodiscard]] constexpr std::string_view name_of(LayerKind k) {
  return k == LayerKind::conv ? "conv" : "fc";
}

/// What a layer is, without its tensors.
struct LayerSpec {
  std::string name;
  LayerKind kind = LayerKind::conv;
  LayerShape shape;
  bool relu = true;
  std::optional<double> density_published;  ///< published weight density, (0,1]
  std::optional<double> input_density;      ///< published or stated activation density, (0,1]
  bool has_input = false;                   ///< the file holds the layer's input
  std::optional<Granularity> granularity;   ///< of the stored mask, when there is one
};

/// Integers with the scale that turns them back into values.
struct IntTensor {
  Tensor<std::int16_t> values;
  double scale = 1.0;
  bool stored_as_int8 = false;  ///< written back as int8, so that a copy keeps its type
};

/// float32, or integers of at most 16 bits with a scale.
using ValueTensor = std::variant<Tensor<float>, IntTensor>;

/// Which weights pruning kept: shape `[K][C/groups][R][S]`, 1 = kept.
struct Mask {
  Tensor<std::uint8_t> kept;
  Granularity granularity = Granularity::fine;
  double density_requested = 1.0;
  double density_achieved = 1.0;
};

/// A layer with its tensors; the unit in which networks are streamed.
struct Layer {
  LayerSpec spec;
  ValueTensor weights;               ///< `[K][C/groups][R][S]`
  std::vector<float> bias;           ///< `[K]`, empty when absent
  std::optional<ValueTensor> input;  ///< `[C][H][W]`, one image
  std::optional<Mask> mask;
};

/// Attributes of a whole network.
struct NetworkInfo {
  std::string name;
  std::string source;   ///< empty when absent
  std::string license;  ///< empty when absent
  std::optional<std::int64_t> seed;
};

/// Share of non-zero elements, 0 for an empty tensor.
[[nodiscard]] double density_of(const ValueTensor& t);

/// Weights as the machine takes them (S5): floats quantised, integers as they are.
/// \param where  names the tensor in messages, for example `FILE:/layers/conv1/weights`
/// \throws InputError when an integer does not fit
[[nodiscard]] IntTensor quantise_weights(const ValueTensor& weights, int bits,
                                         const std::string& where);

/// A layer as the machine takes it: integers of the architecture's widths (S5).
struct QuantisedLayer {
  LayerSpec spec;
  Tensor<std::int16_t> weights;  ///< `[K][C/groups][R][S]`
  Tensor<std::int16_t> input;    ///< `[1][C][H][W]`
  double weight_scale = 1.0;
  double input_scale = 1.0;
  std::vector<float> bias;                      ///< `[K]`, empty when absent
  Granularity granularity = Granularity::fine;  ///< of the mask, fine without one
};

/// Quantises float tensors (S5); integer tensors are taken as they are.
/// \param where  names the layer's place in messages, for example `FILE:/layers/conv1`
/// \throws InputError when the layer has no input, or an integer tensor holds a
///         value outside the given width
[[nodiscard]] QuantisedLayer quantise_layer(const Layer& layer, int weight_bits,
                                            int activation_bits, const std::string& where);

}  // namespace scnn::workloads
