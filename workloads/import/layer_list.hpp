/// A network's layers as a short JSON list (docs/import.md), for files of weights alone.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "workloads/import/graph.hpp"
#include "workloads/json_place.hpp"

namespace scnn::workloads::imports {

/// \throws InputError naming the member; also for keys that a layer's type does not have
[[nodiscard]] Graph read_layer_list(const nlohmann::ordered_json& list, const JsonPlace& place);

}  // namespace scnn::workloads::imports
