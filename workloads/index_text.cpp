#include "workloads/index_text.hpp"

#include <fmt/format.h>

namespace scnn::workloads {

std::string index_text(const std::array<std::int64_t, 4>& shape, std::size_t i, std::size_t rank) {
  std::string text;
  auto rest = static_cast<std::int64_t>(i);
  for (std::size_t d = 4; d-- > 4 - rank;) {
    text.insert(0, fmt::format("[{}]", rest % shape[d]));
    rest /= shape[d];
  }
  return text;
}

}  // namespace scnn::workloads
