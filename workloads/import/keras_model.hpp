/// A Keras model's JSON (`model_config`, `model.to_json()`, `config.json`) as a graph.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "workloads/import/graph.hpp"
#include "workloads/json_place.hpp"

namespace scnn::workloads::imports {

/// Sequential, Model and Functional of Keras 2 and 3, nested to any depth the JSON reader
/// lets through. Nested models are spread out; every use of a layer is a node of its own.
/// \throws InputError naming the member
[[nodiscard]] Graph read_keras_model(const nlohmann::ordered_json& model, const JsonPlace& place);

}  // namespace scnn::workloads::imports
