/// Runs cases, each in a process of its own.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/console.hpp"
#include "tools/regression/cases.hpp"
#include "tools/regression/differences.hpp"

namespace scnn::cli::regression {

/// What came of a case.
struct CaseOutcome {
  nlohmann::ordered_json identity;  ///< of the network (tools/network_request.hpp)
  nlohmann::ordered_json layers;    ///< as in a result
  nlohmann::ordered_json total;     ///< as in a result
  Counted counted;                  ///< the same, read
};

/// Reads `identity`, `layers` and `total` of an object. \throws InputError
[[nodiscard]] CaseOutcome read_outcome(workloads::JsonObjectReader& reader, std::int64_t pes);

/// Runs every case, `threads` at a time or with as many threads as are left over for each.
///
/// Networks are opened before anything runs, so that a case that cannot be run is told at
/// once.
/// \throws InputError, VerificationError, ModelError, Interrupted
[[nodiscard]] std::vector<CaseOutcome> run_cases(const CaseList& list, int threads,
                                                 const Console& console);

}  // namespace scnn::cli::regression
