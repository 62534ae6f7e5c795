#include "tools/regression/differences.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace scnn::cli::regression {
namespace {

using memory::CounterInfo;
using memory::Counters;
using nlohmann::ordered_json;

/// Rounding of means; activities move by whole PE-cycles.
constexpr double kNothing = 1e-9;

using Leaves = std::vector<std::pair<std::string, const ordered_json*>>;

/// Arrays are leaves: `[1, 1]` is one stride.
void flatten(const ordered_json& object, const std::string& prefix, Leaves& leaves) {
  for (const auto& member : object.items())
    if (member.value().is_object())
      flatten(member.value(), prefix + member.key() + ".", leaves);
    else
      leaves.emplace_back(prefix + member.key(), &member.value());
}

Leaves leaves_of(const ordered_json& object) {
  Leaves leaves;
  flatten(object, "", leaves);
  return leaves;
}

const ordered_json* find_leaf(const Leaves& leaves, const std::string& key) {
  const auto found = std::ranges::find(leaves, key, &Leaves::value_type::first);
  return found == leaves.end() ? nullptr : found->second;
}

const Part* find_layer(const Counted& counted, const std::string& name) {
  const auto found = std::ranges::find(counted.layers, name, &Part::name);
  return found == counted.layers.end() ? nullptr : &*found;
}

/// A part of both runs.
struct Pair {
  const Part* before;
  const Part* after;
};

double mean(const Counters& counters, const CounterInfo& info, std::int64_t pes) {
  return static_cast<double>(counters.*info.member) / static_cast<double>(pes);
}

std::vector<ActivityChange> activity_changes(const Pair& pair, std::int64_t pes_before,
                                             std::int64_t pes_after) {
  const double cycles = static_cast<double>(pair.after->counters.compute_cycles) -
                        static_cast<double>(pair.before->counters.compute_cycles);
  std::vector<ActivityChange> changes;
  for (const CounterInfo* info : activities()) {
    ActivityChange change{info->name, mean(pair.before->counters, *info, pes_before),
                          mean(pair.after->counters, *info, pes_after), std::nullopt};
    if (std::abs(change.change()) < kNothing) continue;
    if (cycles != 0.0) change.share = change.change() / cycles;
    changes.push_back(change);
  }
  std::ranges::stable_sort(changes, std::ranges::greater(),
                           [](const ActivityChange& c) { return std::abs(c.change()); });
  return changes;
}

bool is_said(const Part& part, const CounterInfo& info) {
  return std::ranges::find(part.unsaid, &info) == part.unsaid.end();
}

/// A counter that only one of the two knows.
ValueChange one_sided(const Pair& pair, const CounterInfo& info) {
  ValueChange change{std::string(info.name), std::nullopt, std::nullopt};
  if (is_said(*pair.before, info)) change.before = pair.before->counters.*info.member;
  if (is_said(*pair.after, info)) change.after = pair.after->counters.*info.member;
  return change;
}

/// Adds to `change` the counters that moved too far. \return how many moved as far as they may
std::size_t add_counters(PartChange& change, const Pair& pair, const Tolerances& tolerances) {
  std::size_t tolerated = 0;
  for (const CounterInfo& info : memory::counter_table()) {
    const std::uint64_t before = change.before.*info.member, after = change.after.*info.member;
    const auto tolerance = tolerances.find(info.name);
    if (is_said(*pair.before, info) != is_said(*pair.after, info))
      change.values.push_back(one_sided(pair, info));
    else if (before != after && tolerance != tolerances.end() &&
             tolerance->second.allows(before, after))
      ++tolerated;
    else if (before != after)
      change.counters.push_back({&info, before, after});
  }
  return tolerated;
}

std::vector<std::string> names_without(const Counted& counted, const Counted& other) {
  std::vector<std::string> names;
  for (const Part& layer : counted.layers)
    if (find_layer(other, layer.name) == nullptr) names.push_back(layer.name);
  return names;
}

std::vector<std::string> names_with(const Counted& counted, const Counted& other) {
  std::vector<std::string> names;
  for (const Part& layer : counted.layers)
    if (find_layer(other, layer.name) != nullptr) names.push_back(layer.name);
  return names;
}

}  // namespace

bool Tolerance::allows(std::uint64_t before, std::uint64_t after) const {
  const auto moved = static_cast<double>(before > after ? before - after : after - before);
  return moved <= (relative ? amount * static_cast<double>(before) : amount);
}

const std::vector<const CounterInfo*>& activities() {
  static const std::vector<const CounterInfo*> list = [] {
    std::vector<const CounterInfo*> infos;
    for (const auto member : {&Counters::issue, &Counters::bank_stall, &Counters::weight_wait,
                              &Counters::backpressure_wait, &Counters::barrier_wait,
                              &Counters::buffer_wait, &Counters::drain})
      infos.push_back(&*std::ranges::find(memory::counter_table(), member, &CounterInfo::member));
    return infos;
  }();
  return list;
}

std::vector<ValueChange> value_changes(const ordered_json& before, const ordered_json& after) {
  const Leaves old = leaves_of(before), now = leaves_of(after);
  std::vector<ValueChange> changes;
  for (const auto& [key, value] : old) {
    const ordered_json* other = find_leaf(now, key);
    if (other == nullptr)
      changes.push_back({key, *value, std::nullopt});
    else if (*other != *value)
      changes.push_back({key, *value, *other});
  }
  for (const auto& [key, value] : now)
    if (find_leaf(old, key) == nullptr) changes.push_back({key, std::nullopt, *value});
  return changes;
}

Difference compare(const Counted& before, const Counted& after, const Tolerances& tolerances) {
  Difference difference;
  difference.only_before = names_without(before, after);
  difference.only_after = names_without(after, before);
  difference.reordered = names_with(before, after) != names_with(after, before);
  std::vector<Pair> pairs;
  for (const Part& layer : before.layers)
    if (const Part* other = find_layer(after, layer.name)) pairs.push_back({&layer, other});
  pairs.push_back({&before.total, &after.total});
  for (const Pair& pair : pairs) {
    PartChange change;
    change.name = pair.before->name;
    change.before = pair.before->counters;
    change.after = pair.after->counters;
    change.values = value_changes(pair.before->facts, pair.after->facts);
    difference.tolerated += add_counters(change, pair, tolerances);
    if (change.empty()) continue;
    change.activities = activity_changes(pair, before.pes, after.pes);
    difference.parts.push_back(std::move(change));
  }
  return difference;
}

}  // namespace scnn::cli::regression
