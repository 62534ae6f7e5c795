/// A network of the zoo on a machine: what most experiments are made of.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "memory/architecture.hpp"
#include "sim/result_reader.hpp"
#include "workloads/zoo.hpp"

namespace scnn::cli::validation {

struct ZooRun {
  std::string network;
  bool inception_only = false;    ///< GoogLeNet as SCNN counts it
  std::optional<double> density;  ///< of all weights and inputs; nothing: the published ones
  memory::Architecture arch;
  /// Compute values, without which outputs have no density: nothing is known of OARAM
  /// writes and of outputs that do not fit.
  bool values = false;
  std::int64_t seed = 1;

  [[nodiscard]] workloads::ZooOptions zoo_options() const;
  /// Layers in the order of `run`.
  [[nodiscard]] std::vector<workloads::LayerSpec> layers() const;
  /// Dense multiplies, to plan with.
  [[nodiscard]] double cost() const;
};

/// Runs every layer on a machine of this process, its first and only one, and returns
/// `layers` and `total` as a result file has them.
[[nodiscard]] std::string run_zoo(const ZooRun& run);

/// What `run_zoo` wrote.
[[nodiscard]] sim::StoredResult read_zoo_run(const std::string& text);

}  // namespace scnn::cli::validation
