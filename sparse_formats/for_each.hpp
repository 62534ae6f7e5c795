/// How a caller lends threads.
#pragma once

#include <cstddef>
#include <functional>

namespace scnn {

/// Calls a body for every number below a count: one after the other, unless the caller has threads
/// to lend. Results do not depend on it.
struct ForEach {
  using Body = std::function<void(std::size_t)>;

  std::size_t threads = 1;
  std::function<void(std::size_t count, const Body& body)> run = [](std::size_t count,
                                                                    const Body& body) {
    for (std::size_t i = 0; i < count; ++i) body(i);
  };

  /// Into how many parts work of `units` is best cut.
  [[nodiscard]] std::size_t parts(std::size_t units) const {
    constexpr std::size_t kPerThread = 4;
    const std::size_t wanted = threads > 1 ? threads * kPerThread : 1;
    return units < wanted ? units : wanted;
  }
};

}  // namespace scnn
