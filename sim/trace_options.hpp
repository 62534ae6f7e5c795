/// Which part of a run is written as a timeline, and how finely.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pe/timeline.hpp"

namespace scnn::sim {

/// Cycles are counted over the whole run, layer after layer, as for a waveform.
struct TraceOptions {
  std::string file;                       ///< empty: no timeline
  std::optional<pe::TraceDetail> detail;  ///< nothing: by layer, to stay within kTraceBudget
  std::vector<std::int64_t> pes;          ///< PE numbers to trace, row-major; empty: all
  std::int64_t first_cycle = 0;
  std::int64_t last_cycle = -1;  ///< -1: to the end
  std::string program, network;  ///< what made the trace, and of what
};

}  // namespace scnn::sim
