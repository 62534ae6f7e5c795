/// What can stand beside each other: runs, and the granularities of comparisons.
#pragma once

#include <string>
#include <vector>

#include "tools/report/input.hpp"
#include "tools/report/lines.hpp"

namespace scnn::cli::report {

struct Entry {
  std::string label;  ///< tells it from all others
  std::string network, granularity, file;
  memory::Architecture architecture;
  Lines lines;  ///< of one granularity
};

/// Of all runs and comparisons, in their order. \throws InputError
[[nodiscard]] std::vector<Entry> entries_of(const std::vector<Input>& inputs);

}  // namespace scnn::cli::report
