/// The table of a network's layers, as `zoo` and `info` print it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/layout.hpp"
#include "workloads/network.hpp"

namespace scnn::cli {

/// A layer and what its tensors say.
struct LayerLine {
  workloads::LayerSpec spec;
  double weight_density = 0.0;          ///< non-zero share
  std::optional<double> input_density;  ///< non-zero share; nothing where the file has no input
  bool made_input = false;              ///< `input_density` is that of the input a run makes
};

[[nodiscard]] LayerLine describe(const workloads::Layer& layer);

/// `48x27x27`
[[nodiscard]] std::string extent_text(std::int64_t a, std::int64_t b, std::int64_t c);

/// Shapes, densities and dense work of every layer, and their sums.
[[nodiscard]] std::string layer_table(const std::vector<LayerLine>& layers, const Layout& layout);

}  // namespace scnn::cli
