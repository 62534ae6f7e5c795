#include "tools/granularity_option.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sparse_formats/error.hpp"
#include "tools/run_options.hpp"

namespace scnn::cli {
namespace {

/// What weights are brought to unless --keep-weight-bits is given.
constexpr int kComparedWeightBits = 8;

}  // namespace

std::vector<Granularity> granularities_of(const Arguments& arguments) {
  if (!arguments.has("granularity")) return {kGranularities.begin(), kGranularities.end()};
  std::vector<Granularity> chosen;
  for (const std::string& name : arguments.list("granularity")) {
    const auto g = granularity_from(name);
    if (!g || std::ranges::find(chosen, *g) != chosen.end())
      throw InputError("--granularity",
                       fmt::format("found \"{}\"{}, expected some of fine, vector, kernel, filter",
                                   name, g ? " twice" : ""));
    chosen.push_back(*g);
  }
  return chosen;
}

memory::Architecture compared_architecture(const Arguments& arguments) {
  memory::Architecture architecture = architecture_of(arguments);
  if (!arguments.has("keep-weight-bits")) architecture.weight_bits = kComparedWeightBits;
  return architecture;
}

}  // namespace scnn::cli
