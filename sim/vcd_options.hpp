/// Which part of a clocked run is written as a waveform.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace scnn::sim {

/// Cycles are counted over the whole run, layer after layer.
struct VcdOptions {
  std::string file;               ///< empty: no waveform
  std::vector<std::int64_t> pes;  ///< PE numbers to trace, row-major; empty: all
  /// Patterns of module names, as of fnmatch; a module is traced when it or one around it
  /// matches. Empty: all.
  std::vector<std::string> modules;
  std::int64_t first_cycle = 0;
  std::int64_t last_cycle = -1;  ///< -1: to the end
};

}  // namespace scnn::sim
