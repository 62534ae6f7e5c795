/// Picks the elements with the smallest keys, in memory that does not grow with them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace scnn::workloads {

/// Marks the `count` elements of `[0, n)` with the smallest keys; equal keys: lower index.
///
/// \param key_of  a pure function from index to std::uint32_t; called three times per
///                element, so that no keys need be stored
/// \pre           `count <= n`
/// \return        n flags, 1 = chosen
template <class KeyOf>
[[nodiscard]] std::vector<std::uint8_t> choose_smallest(std::size_t n, std::size_t count,
                                                        const KeyOf& key_of) {
  using Histogram = std::array<std::size_t, 65536>;
  auto histogram = std::make_unique<Histogram>();
  std::size_t open = count;  // elements still to be chosen among equal or larger keys
  // The bucket in which the running count passes `open`, which is reduced by those before.
  const auto boundary = [&histogram, &open] {
    std::uint32_t bucket = 0;
    while (bucket < 65535 && (*histogram)[bucket] <= open) open -= (*histogram)[bucket++];
    return bucket;
  };
  histogram->fill(0);
  for (std::size_t i = 0; i < n; ++i) ++(*histogram)[key_of(i) >> 16];
  const std::uint32_t upper = boundary();
  histogram->fill(0);
  for (std::size_t i = 0; i < n; ++i)
    if (const std::uint32_t key = key_of(i); key >> 16 == upper) ++(*histogram)[key & 0xFFFF];
  const std::uint32_t threshold = upper << 16 | boundary();

  std::vector<std::uint8_t> chosen(n, 0);
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint32_t key = key_of(i);
    if (key < threshold || (key == threshold && open > 0)) {
      chosen[i] = 1;
      open -= key == threshold ? 1 : 0;
    }
  }
  return chosen;
}

}  // namespace scnn::workloads
