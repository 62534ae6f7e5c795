#include "workloads/densities.hpp"

#include <fnmatch.h>

namespace scnn::workloads {

bool matches_glob(std::string_view pattern, std::string_view name) {
  // fnmatch reads C strings; a name is short, so the copies do not matter.
  return fnmatch(std::string(pattern).c_str(), std::string(name).c_str(), 0) == 0;
}

std::optional<double> DensityTable::find(std::string_view layer) const {
  for (const auto& [pattern, density] : entries_)
    if (pattern == layer || matches_glob(pattern, layer)) return density;
  return std::nullopt;
}

}  // namespace scnn::workloads
