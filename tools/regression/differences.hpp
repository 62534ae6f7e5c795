/// What moved between two runs, and which activities of the PEs explain it.
///
/// Every PE-cycle has one activity (S28), so the mean cycles that a PE spends in each add up
/// to `compute_cycles`, and their changes to its change, whatever the number of PEs.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "memory/counters.hpp"

namespace scnn::cli::regression {

/// A layer, or the total, of a run.
struct Part {
  std::string name;
  memory::Counters counters;
  nlohmann::ordered_json facts;  ///< what else is said of it, `kc` for example; an object
  /// Counters that are not said, as in a file of an older program.
  std::vector<const memory::CounterInfo*> unsaid = {};
};

/// The numbers of a run.
struct Counted {
  std::int64_t pes = 1;  ///< of the machine
  std::vector<Part> layers;
  Part total;
};

/// How far a counter may move before that is a difference.
struct Tolerance {
  double amount = 0.0;    ///< in the counter's unit, or a share of what it was
  bool relative = false;  ///< a share
  /// \return whether a counter may be `after` where it was `before`
  [[nodiscard]] bool allows(std::uint64_t before, std::uint64_t after) const;
};
using Tolerances = std::map<std::string, Tolerance, std::less<>>;  ///< by counter

/// A counter that is not what it was.
struct CounterChange {
  const memory::CounterInfo* counter = nullptr;
  std::uint64_t before = 0, after = 0;
};

/// Cycles that a PE spends in one activity, the mean of all PEs.
struct ActivityChange {
  std::string_view activity;
  double before = 0.0, after = 0.0;
  std::optional<double> share;  ///< of the change of compute_cycles; nothing where that is 0

  [[nodiscard]] double change() const { return after - before; }
};

/// A value that is no counter and not what it was; nothing: it is only in the other.
struct ValueChange {
  std::string key;  ///< with dots: `dram.latency_cycles`
  std::optional<nlohmann::ordered_json> before, after;
};

struct PartChange {
  std::string name;
  std::vector<ValueChange> values;
  std::vector<CounterChange> counters;     ///< in the order of their names
  std::vector<ActivityChange> activities;  ///< those that moved, the largest change first
  memory::Counters before, after;

  [[nodiscard]] bool empty() const { return values.empty() && counters.empty(); }
};

struct Difference {
  std::vector<std::string> only_before, only_after;  ///< layers that the other has not
  bool reordered = false;                            ///< the layers of both, in another order
  std::vector<PartChange> parts;                     ///< layers that differ, then the total
  std::size_t tolerated = 0;                         ///< counters that moved as far as they may

  [[nodiscard]] bool empty() const {
    return only_before.empty() && only_after.empty() && !reordered && parts.empty();
  }
};

/// The activities of S28 and their counters, in the order of S28.
[[nodiscard]] const std::vector<const memory::CounterInfo*>& activities();

/// Layers are matched by name. A counter that moved no further than its tolerance is no
/// difference; activities are told of parts that have one.
[[nodiscard]] Difference compare(const Counted& before, const Counted& after,
                                 const Tolerances& tolerances = {});

/// Leaves of two objects that differ, by their dotted keys in the order of `before`, then
/// those that only `after` has.
[[nodiscard]] std::vector<ValueChange> value_changes(const nlohmann::ordered_json& before,
                                                     const nlohmann::ordered_json& after);

}  // namespace scnn::cli::regression
