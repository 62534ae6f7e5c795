/// A table from layer name or glob to density, as a `--densities` file gives it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scnn::workloads {

/// True when `name` matches a shell pattern (fnmatch: `*`, `?`, `[...]`).
[[nodiscard]] bool matches_glob(std::string_view pattern, std::string_view name);

/// Entries in file order; the first match counts.
class DensityTable {
 public:
  explicit DensityTable(std::vector<std::pair<std::string, double>> entries)
      : entries_(std::move(entries)) {}
  [[nodiscard]] std::optional<double> find(std::string_view layer) const;
  [[nodiscard]] const std::vector<std::pair<std::string, double>>& entries() const {
    return entries_;
  }

 private:
  std::vector<std::pair<std::string, double>> entries_;
};

}  // namespace scnn::workloads
