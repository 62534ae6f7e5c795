#include "tools/sweep/points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "sim/architecture_file.hpp"
#include "sparse_formats/error.hpp"
#include "tools/network_input.hpp"
#include "tools/sweep/filter.hpp"
#include "workloads/counter_rng.hpp"
#include "workloads/sha256.hpp"

namespace scnn::cli::sweep {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kIdDigits = 32;

/// Choices of what is made say nothing of a file in which everything is there already; to
/// pass over them would make an axis look flat that was never taken.
void refuse_idle_choices(const RunnableNetwork& network) {
  const NetworkRequest& request = network.request();
  if (request.file.empty() || network.synthesised() > 0) return;
  for (const auto& [key, given] :
       {std::pair("activation_density", request.activation_density.has_value()),
        std::pair("seed", request.seed.has_value())})
    if (given)
      throw InputError(request.place, fmt::format("\"{}\" has no effect, expected none: every "
                                                  "layer of {} has its input in the file",
                                                  key, request.file));
}

/// What opening a network tells about it.
struct KnownNetwork {
  ordered_json identity;
  std::string sha256;
  double products = 0.0;
};

/// Opens every network once, however many points it has.
class Networks {
 public:
  const KnownNetwork& of(const NetworkRequest& request) {
    const auto [entry, added] = known_.try_emplace(to_json(request).dump());
    if (added) {
      const RunnableNetwork network(request);
      refuse_idle_choices(network);
      entry->second.identity = identity_of(request, network.source());
      entry->second.sha256 = network.source().sha256();
      const auto costs = network.costs();
      entry->second.products = std::accumulate(costs.begin(), costs.end(), 0.0);
    }
    return entry->second;
  }

 private:
  std::map<std::string, KnownNetwork> known_;
};

std::size_t count_points(const Plan& plan) {
  std::size_t count = plan.networks.size();
  for (const AxisGroup& group : plan.axes) {
    if (group.size() > kMostPoints / count)
      throw InputError(plan.file + "#/axes",
                       fmt::format("more than {} points, expected fewer", kMostPoints));
    count *= group.size();
  }
  return count;
}

std::string where_of(const Plan& plan, const Expansion& expansion,
                     const std::vector<ordered_json>& coordinates) {
  std::string text;
  for (std::size_t i = 0; i < coordinates.size(); ++i)
    text += fmt::format("{}{} = {}", i == 0 ? "" : ", ", expansion.keys[i],
                        shown_coordinate(coordinates[i]));
  return fmt::format("{}: at {}", plan.file, text);
}

/// A request under the coordinates that concern the network.
NetworkRequest request_at(const NetworkRequest& base, const ordered_json& choices,
                          const std::string& where) {
  if (choices.empty()) return base;
  ordered_json object = to_json(base);
  object.update(choices);
  return read_network_request(object, {.file = where, .pointer = {}}, {});
}

/// The choices of a request, as filters see them.
ordered_json choices_of(const NetworkRequest& request) {
  ordered_json object = to_json(request);
  ordered_json choices = ordered_json::object();
  for (const char* key : {"granularity", "density", "activation_density", "seed"})
    if (object.contains(key)) choices[key] = object[key];
  return choices;
}

std::string id_of(const Point& point, const ordered_json& identity, const Plan& plan) {
  ordered_json object{{"architecture", sim::to_json(point.arch)},
                      {"network", identity},
                      {"options", {{"verify", plan.verify}}}};
  if (plan.energy) object["options"]["energy"] = sim::to_json(*plan.energy);
  return workloads::sha256_of(object.dump()).substr(0, kIdDigits);
}

/// Expands one network's part of the plan.
class Expander {
 public:
  Expander(const Plan& plan, Expansion& expansion) : plan_(plan), expansion_(expansion) {
    for (const PlanFilter& f : plan.filters) filters_.emplace_back(f.text, f.place);
    for (const AxisGroup& group : plan.axes)
      for (const Axis& axis : group.axes) expansion.keys.push_back(axis.key);
  }

  /// Point number `place` of a network, unless a filter leaves it out.
  void add(const PlanNetwork& network, std::size_t place) {
    Point point;
    point.network = network.name;
    point.coordinates = coordinates_at(place);
    ordered_json architecture = plan_.base;
    ordered_json choices = ordered_json::object();
    for (std::size_t i = 0; i < point.coordinates.size(); ++i) {
      const std::string& key = expansion_.keys[i];
      if (is_architecture_key(key))
        architecture[ordered_json::json_pointer(key)] = point.coordinates[i];
      else
        choices[key] = point.coordinates[i];
    }
    const std::string where = where_of(plan_, expansion_, point.coordinates);
    point.request = request_at(network.request, choices, where);
    // Filters come first: they may be what keeps impossible machines out.
    if (!passes(architecture, point.request)) {
      ++expansion_.filtered;
      return;
    }
    point.arch = sim::resolve_architecture(architecture, where);
    const KnownNetwork& known = networks_.of(point.request);
    point.products = known.products;
    point.input_sha256 = known.sha256;
    point.id = id_of(point, known.identity, plan_);
    expansion_.points.push_back(std::move(point));
  }

 private:
  [[nodiscard]] std::vector<ordered_json> coordinates_at(std::size_t place) const {
    std::vector<std::size_t> steps(plan_.axes.size());
    for (std::size_t i = plan_.axes.size(); i-- > 0;) {
      steps[i] = place % plan_.axes[i].size();
      place /= plan_.axes[i].size();
    }
    std::vector<ordered_json> values;
    for (std::size_t i = 0; i < steps.size(); ++i)
      for (const Axis& axis : plan_.axes[i].axes) values.push_back(axis.values[steps[i]]);
    return values;
  }

  bool passes(const ordered_json& given, const NetworkRequest& request) {
    if (filters_.empty()) return true;
    ordered_json architecture = defaults_;
    architecture.merge_patch(given);
    const ordered_json choices = choices_of(request);
    return std::ranges::all_of(filters_,
                               [&](const Filter& f) { return f.holds(architecture, choices); });
  }

  const Plan& plan_;
  Expansion& expansion_;
  std::vector<Filter> filters_;
  Networks networks_;
  ordered_json defaults_ = sim::to_json(memory::Architecture{});
};

/// Keeps the points with the smallest random numbers; which they are depends on the seed
/// and on their ids alone, not on the order of the plan.
void take_sample(Expansion& expansion, const Sample& sample) {
  const std::size_t all = expansion.points.size();
  if (sample.points >= all) return;
  std::vector<std::pair<std::uint64_t, std::size_t>> draws;
  for (std::size_t i = 0; i < all; ++i) {
    const workloads::CounterStream stream(sample.seed, "sweep", expansion.points[i].id, "sample");
    const auto block = stream.block(0);
    draws.emplace_back(std::uint64_t{block[0]} << 32 | block[1], i);
  }
  std::ranges::sort(draws);
  draws.resize(sample.points);
  std::ranges::sort(draws, {}, &std::pair<std::uint64_t, std::size_t>::second);
  std::vector<Point> kept;
  for (const auto& draw : draws) kept.push_back(std::move(expansion.points[draw.second]));
  expansion.points = std::move(kept);
  expansion.sampled = all - sample.points;
}

}  // namespace

std::string shown_coordinate(const ordered_json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

Expansion expand(const Plan& plan) {
  const std::size_t per_network = count_points(plan) / plan.networks.size();
  Expansion expansion;
  Expander expander(plan, expansion);
  for (const PlanNetwork& network : plan.networks)
    for (std::size_t i = 0; i < per_network; ++i) expander.add(network, i);
  if (plan.sample) take_sample(expansion, *plan.sample);
  if (expansion.points.empty())
    throw InputError(plan.file, "the filters leave no point, expected at least one");
  return expansion;
}

}  // namespace scnn::cli::sweep
