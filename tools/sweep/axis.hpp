/// Axes of a sweep: which values a key takes.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "workloads/json_place.hpp"

namespace scnn::cli::sweep {

/// A key and its values. The key is a JSON pointer into the architecture (`/dram/latency_cycles`)
/// or one of the network's choices: `granularity`, `density`, `activation_density`, `seed`.
struct Axis {
  std::string key;
  std::vector<nlohmann::ordered_json> values;
};

/// Axes that step together, all of one length; a lone axis is a group of one.
struct AxisGroup {
  std::vector<Axis> axes;
  [[nodiscard]] std::size_t size() const { return axes.front().values.size(); }
};

/// Most values of an axis, and most points of a plan.
inline constexpr std::size_t kMostPoints = 1'000'000;

/// Reads `{"key": ..., "values": [...]}`, or `range` or `log_range` instead of `values`, or
/// `{"zip": [axis, ...]}`.
///
/// `range` is `{"from", "to", "step"}`, `to` included when it is met. `log_range` is `{"from",
/// "to", "factor"}`, or `points` instead of `factor`: so many values, evenly spaced in the
/// logarithm, both ends included. Ranges between integers hold integers (rounded to the
/// nearest, ties to even; what is met twice counts once).
/// \throws InputError `FILE#/pointer: found, expected`
[[nodiscard]] AxisGroup read_axis_group(const nlohmann::ordered_json& object,
                                        const workloads::JsonPlace& place);

/// `count` numbers from `from` to `to`, each the same multiple of the one before it; found
/// with products alone, so that every processor finds the same.
/// \pre 0 < from, to; count of at least 2
[[nodiscard]] std::vector<double> log_spaced(double from, double to, std::size_t count);

/// True for a key that belongs to the architecture.
[[nodiscard]] bool is_architecture_key(const std::string& key);

/// The name of an axis as tables have it: `/dram/latency_cycles` is `dram.latency_cycles`.
[[nodiscard]] std::string column_name(const std::string& key);

}  // namespace scnn::cli::sweep
