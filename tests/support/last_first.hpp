/// Threads to lend to what must not depend on their number.
#pragma once

#include "sparse_formats/for_each.hpp"

namespace scnn::test {

/// As if so many threads took parts of the work, the last of them first.
inline ForEach last_first(std::size_t threads) {
  return {threads, [](std::size_t count, const ForEach::Body& body) {
            for (std::size_t i = count; i-- > 0;) body(i);
          }};
}

}  // namespace scnn::test
