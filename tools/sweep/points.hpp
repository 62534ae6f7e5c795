/// The points of a sweep: a plan with every axis resolved.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "memory/architecture.hpp"
#include "tools/network_request.hpp"
#include "tools/sweep/plan.hpp"

namespace scnn::cli::sweep {

/// One run of one network on one architecture.
struct Point {
  /// 32 hex digits: a hash of the resolved architecture, the network's identity
  /// (network_request.hpp) and what is asked of the run. The same wherever and whenever the
  /// point is met; names of files do not enter it.
  std::string id;
  std::string network;  ///< name in the plan
  NetworkRequest request;
  /// Of the network when the plan was expanded: what is run later must still be the same.
  std::string input_sha256;
  memory::Architecture arch;
  std::vector<nlohmann::ordered_json> coordinates;  ///< one per axis, in the order of `keys`
  double products = 0.0;                            ///< to expect
};

/// All points, in the order of the plan: networks outermost, the last axis fastest.
struct Expansion {
  std::vector<std::string> keys;  ///< of all axes, zipped ones too
  std::vector<Point> points;
  std::size_t filtered = 0;  ///< left out by the filters
  std::size_t sampled = 0;   ///< left out by the sample
};

/// Opens every network, and expands the plan.
/// \throws InputError for a point that no machine can be, and for a network that cannot be run
[[nodiscard]] Expansion expand(const Plan& plan);

/// `fine` and `0.35`: a coordinate as tables show it.
[[nodiscard]] std::string shown_coordinate(const nlohmann::ordered_json& value);

}  // namespace scnn::cli::sweep
