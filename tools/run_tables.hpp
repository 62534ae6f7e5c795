/// What `run` and `info` print about the layers of a run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "memory/counters.hpp"
#include "sim/result.hpp"
#include "tools/layout.hpp"

namespace scnn::cli {

/// A line of the tables: a layer, or the total.
struct RunLine {
  std::string name;
  std::optional<double> weight_density, activation_density;
  std::string mapping;  ///< Kc, and the temporal tiles where there are several
  memory::Counters counters;
};

/// Lines of all layers and of their sum.
[[nodiscard]] std::vector<RunLine> run_lines(const std::vector<sim::LayerResult>& layers);

/// `8`, or `8 in 4 tiles`.
[[nodiscard]] std::string mapping_text(std::int64_t kc, std::int64_t temporal_tiles);

/// Cycles and speed-ups; the last line is the total.
[[nodiscard]] std::string timing_table(const std::vector<RunLine>& lines, const Layout& layout);
/// What the PEs did with their cycles, in per cent.
[[nodiscard]] std::string activity_table(const std::vector<RunLine>& lines, const Layout& layout);

}  // namespace scnn::cli
