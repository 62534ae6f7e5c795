/// Five lines that say what limited a run.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "memory/architecture.hpp"
#include "tools/layout.hpp"
#include "tools/run_tables.hpp"

namespace scnn::cli {

/// Where multiplier-cycles go that compute no product.
struct Loss {
  std::string_view what, why;
  std::uint64_t multiplier_cycles = 0;
};

/// The losses of a layer or network, largest first, in cycles of one multiplier. With its
/// products they add up to `cycles` times all multipliers of the machine.
[[nodiscard]] std::vector<Loss> losses_of(const memory::Counters& counters,
                                          const memory::Architecture& arch);

/// Time, what limited it, where multipliers' time went, the layers that took longest with
/// what limited each, and the traffic: five lines of at most the layout's width.
/// \param lines  those of the tables: every layer, and the total last
[[nodiscard]] std::string run_summary(const std::vector<RunLine>& lines,
                                      const memory::Architecture& arch, const Layout& layout);

}  // namespace scnn::cli
