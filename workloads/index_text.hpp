/// Names one element of a tensor in a message.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace scnn::workloads {

/// `[k][c][r][s]` of element `i` of a row-major tensor; a tensor of `rank`
/// dimensions shows its last `rank` indices.
/// \pre  i is below the product of `shape`
[[nodiscard]] std::string index_text(const std::array<std::int64_t, 4>& shape, std::size_t i,
                                     std::size_t rank);

}  // namespace scnn::workloads
