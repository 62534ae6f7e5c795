/// One layer of a Keras model, from its JSON configuration.
#pragma once

#include <string>

#include "workloads/import/graph.hpp"
#include "workloads/json_reader.hpp"

namespace scnn::workloads::imports {

/// What a layer does, from its class and configuration (Keras 2 and 3). A class that is
/// not known gives Operation::unknown. Name, scope and inputs are the caller's to fill in.
/// \param config  the layer's own settings
/// \throws InputError for settings of another type or range than Keras writes
[[nodiscard]] Node keras_layer(const std::string& class_name, JsonObjectReader& config);

/// The shape an InputLayer, or the first layer of a Sequential, states: without the batch.
/// \return  whether it states one
[[nodiscard]] bool keras_input_shape(JsonObjectReader& config, Dims& dims);

}  // namespace scnn::workloads::imports
