/// How a layer of a Keras model names the tensors it reads.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "workloads/json_place.hpp"

namespace scnn::workloads::imports {

/// Output `tensor` of the `call`th use of a layer.
struct TensorReference {
  std::string layer;
  std::size_t call = 0;
  std::size_t tensor = 0;
};

/// Every tensor an `inbound_nodes` entry, `input_layers` or `output_layers` names, in order.
///
/// Keras 2 writes `["conv2d", 0, 0, {arguments}]` in lists, Keras 3 objects of class
/// `__keras_tensor__` with a `keras_history`; anything else (arguments, nulls) is passed over.
/// \throws InputError at `place` for a reference that is not well-formed
[[nodiscard]] std::vector<TensorReference> references_in(const nlohmann::ordered_json& value,
                                                         const JsonPlace& place);

}  // namespace scnn::workloads::imports
