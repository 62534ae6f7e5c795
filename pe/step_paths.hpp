/// How the decoupled machine computed its steps.
#pragma once

#include <cstdint>

namespace scnn::pe {

/// Steps by the way they were computed, or first computed.
struct StepPaths {
  std::uint64_t kernel = 0;   ///< by the vectorised step kernel
  std::uint64_t general = 0;  ///< one product at a time
  /// Groups of a team that went as on an earlier machine, and were not computed again.
  std::uint64_t repeated_groups = 0;
  /// Groups that began as on an earlier machine and then went another way.
  std::uint64_t left_groups = 0;
  /// Groups of a team that went as they had been rehearsed on another thread.
  std::uint64_t rehearsed_groups = 0;
  /// Groups of a team that left their record.
  std::uint64_t refuted_groups = 0;

  StepPaths& operator+=(const StepPaths& other) {
    kernel += other.kernel;
    general += other.general;
    repeated_groups += other.repeated_groups;
    left_groups += other.left_groups;
    rehearsed_groups += other.rehearsed_groups;
    refuted_groups += other.refuted_groups;
    return *this;
  }
};

}  // namespace scnn::pe
