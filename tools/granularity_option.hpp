/// What commands that compare granularities share: which ones, and on what machine.
#pragma once

#include <vector>

#include "memory/architecture.hpp"
#include "sparse_formats/granularity.hpp"
#include "tools/options.hpp"

namespace scnn::cli {

/// The list of --granularity, or all four. \throws InputError
[[nodiscard]] std::vector<Granularity> granularities_of(const Arguments& arguments);

/// The architecture of --arch with 8-bit weights unless --keep-weight-bits is given.
/// \throws InputError
[[nodiscard]] memory::Architecture compared_architecture(const Arguments& arguments);

}  // namespace scnn::cli
