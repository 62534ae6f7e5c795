/// How and where a run happens: the part of a result in which equal runs may differ.
#pragma once

#include <chrono>
#include <string>

#include "sim/result.hpp"
#include "tools/options.hpp"

namespace scnn::cli {

/// Starts its clocks when it is made.
class HostClock {
 public:
  HostClock();

  /// Command line, compiler, times and peak memory so far; engine, threads and `verified`
  /// are the caller's to fill.
  [[nodiscard]] sim::HostInfo info(std::string_view command, const Words& words) const;

 private:
  std::chrono::system_clock::time_point started_;
  std::chrono::steady_clock::time_point start_;
};

/// Version and commit of this program; the rest is the caller's to fill.
[[nodiscard]] sim::Provenance program_provenance();

/// The number of threads that `--threads N` or its absence means.
[[nodiscard]] int thread_count(const Arguments& arguments);

}  // namespace scnn::cli
