/// How the decoupled machine computed its steps.
#pragma once

#include <cstdint>

namespace scnn::pe {

/// Steps by the way they were computed.
struct StepPaths {
  std::uint64_t kernel = 0;   ///< by the vectorised step kernel
  std::uint64_t general = 0;  ///< one product at a time

  StepPaths& operator+=(const StepPaths& other) {
    kernel += other.kernel;
    general += other.general;
    return *this;
  }
};

}  // namespace scnn::pe
