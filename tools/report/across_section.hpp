/// Runs and granularities of several files beside each other.
#pragma once

#include <optional>
#include <vector>

#include "tools/report/input.hpp"
#include "tools/report/model.hpp"

namespace scnn::cli::report {

/// Charts with a bar per run or granularity; nothing when the files have fewer than two.
/// \throws InputError
[[nodiscard]] std::optional<Section> across_section(const std::vector<Input>& inputs);

}  // namespace scnn::cli::report
