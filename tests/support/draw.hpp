/// Seeded draws for random layers and architectures.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "workloads/counter_rng.hpp"

namespace scnn::test {

/// The same numbers for the same seed and purpose, on every machine.
class Draw {
 public:
  Draw(std::int64_t seed, std::string_view purpose) : stream_(seed, "tests", purpose, "draws") {}

  /// Uniform over [low, high].
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(stream_.word(next_++) %
                                           static_cast<std::uint64_t>(high - low + 1));
  }
  bool chance(std::int64_t percent) { return between(1, 100) <= percent; }
  template <class T>
  T one_of(std::initializer_list<T> values) {
    return values.begin()[between(0, static_cast<std::int64_t>(values.size()) - 1)];
  }

 private:
  workloads::CounterStream stream_;
  std::uint64_t next_ = 0;
};

}  // namespace scnn::test
