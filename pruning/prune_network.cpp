#include "pruning/prune_network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include "pruning/global_ranking.hpp"
#include "pruning/grains.hpp"
#include "pruning/prune.hpp"
#include "sparse_formats/error.hpp"

namespace scnn::pruning {
namespace {

using workloads::DensityTable;
using workloads::Layer;
using workloads::LayerSpec;
using workloads::Mask;
using workloads::NetworkSource;

bool matches_any(const std::vector<std::string>& globs, std::string_view name) {
  return std::ranges::any_of(
      globs, [name](const std::string& glob) { return workloads::matches_glob(glob, name); });
}

/// What is asked of one layer.
struct LayerPlan {
  Outcome outcome = Outcome::pruned;
  std::vector<double> densities;  ///< one or more steps when pruned
};

void check_request(const PruneOptions& options) {
  if (const auto* density = std::get_if<double>(&options.density)) {
    check_density(*density, "--density");
  } else if (const auto* schedule = std::get_if<Schedule>(&options.density)) {
    if (schedule->densities.empty())
      throw InputError("--schedule", "no density, expected at least one");
    for (const double step : schedule->densities) check_density(step, "--schedule");
  } else {
    for (const auto& [pattern, value] : std::get<DensityTable>(options.density).entries())
      check_density(value, fmt::format("--densities: \"{}\"", pattern));
    if (options.scope == Scope::global)
      throw InputError("--scope global",
                       "a density per layer, expected one density or a schedule for the network");
  }
}

LayerPlan plan_layer(const LayerSpec& spec, const PruneOptions& options) {
  const bool chosen = options.layers.empty() || matches_any(options.layers, spec.name);
  if (!chosen || matches_any(options.skip, spec.name)) return {Outcome::left_out, {}};
  if (const auto* density = std::get_if<double>(&options.density))
    return {Outcome::pruned, {*density}};
  if (const auto* schedule = std::get_if<Schedule>(&options.density))
    return {Outcome::pruned, schedule->densities};
  const auto density = std::get<DensityTable>(options.density).find(spec.name);
  if (!density) return {Outcome::no_density, {}};
  return {Outcome::pruned, {*density}};
}

std::vector<LayerPlan> plan_network(const NetworkSource& in, const PruneOptions& options) {
  check_request(options);
  std::vector<LayerPlan> plans;
  for (const LayerSpec& spec : in.layers()) plans.push_back(plan_layer(spec, options));
  const bool all_left_out = std::ranges::all_of(
      plans, [](const LayerPlan& plan) { return plan.outcome == Outcome::left_out; });
  if (all_left_out)
    throw InputError("--layers, --skip", fmt::format("no layer of network \"{}\" is left to prune, "
                                                     "expected at least one",
                                                     in.info().name));
  return plans;
}

WeightShape weight_shape(const LayerShape& s) { return {s.K, s.group_C(), s.R, s.S}; }

/// An earlier mask with the place it came from.
struct Earlier {
  std::optional<Mask> mask;
  std::string where;
  [[nodiscard]] const Mask* get() const { return mask ? &*mask : nullptr; }
};

/// Reads the layer's mask from the earlier network; no mask when there is none to continue.
Earlier read_earlier(const NetworkSource* previous, const LayerSpec& spec,
                     const std::string& where) {
  if (previous == nullptr) return {.mask = std::nullopt, .where = where};
  const auto& specs = previous->layers();
  const auto found = std::ranges::find(specs, spec.name, &LayerSpec::name);
  if (found == specs.end())
    throw InputError(where, fmt::format("the earlier network \"{}\" has no layer of this name, "
                                        "expected an earlier pruning of the same network",
                                        previous->info().name));
  const auto index = static_cast<std::size_t>(found - specs.begin());
  const std::string place = previous->where(index);
  if (weight_shape(found->shape) != weight_shape(spec.shape))
    throw InputError(place, fmt::format("weights of shape {}, expected {} as in the network that "
                                        "is pruned",
                                        shape_text(weight_shape(found->shape)),
                                        shape_text(weight_shape(spec.shape))));
  Layer layer = previous->read(index);
  if (!layer.mask)
    throw InputError(place,
                     "the layer has no mask, expected one of an earlier pruning "
                     "(--skip leaves a layer out)");
  return {.mask = std::move(layer.mask), .where = place};
}

/// Runs the steps of a schedule on one layer.
Mask prune_in_steps(const Layer& layer, Granularity g, std::span<const double> densities,
                    const Earlier& earlier) {
  Mask mask = prune_layer(layer.weights, g, densities.front(), earlier.get(), earlier.where);
  for (const double density : densities.subspan(1))
    mask = prune_layer(layer.weights, g, density, &mask, earlier.where);
  return mask;
}

/// First pass of global scope: which grains of every pruned layer survive. Layers that are
/// not pruned get no flags.
std::vector<GrainFlags> rank_network(const NetworkSource& in, const NetworkSource* previous,
                                     const std::vector<LayerPlan>& plans, Granularity g) {
  GlobalRanking ranking(g);
  std::size_t grains = 0;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const WeightShape shape = weight_shape(in.layers()[i].shape);
    if (plans[i].outcome == Outcome::pruned)
      grains += Tensor<float>::count(shape) / static_cast<std::size_t>(grain_size(g, shape));
  }
  ranking.reserve(grains);
  std::vector<double> densities;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    if (plans[i].outcome != Outcome::pruned) continue;
    const Earlier earlier = read_earlier(previous, in.layers()[i], in.where(i));
    ranking.add(in.read(i).weights, earlier.get(), earlier.where);
    densities = plans[i].densities;  // the same for every layer in global scope
  }
  for (const double density : densities) ranking.keep(density);
  std::vector<GrainFlags> ranked = ranking.kept();
  std::vector<GrainFlags> flags(plans.size());
  auto next = ranked.begin();
  for (std::size_t i = 0; i < plans.size(); ++i)
    if (plans[i].outcome == Outcome::pruned) flags[i] = std::move(*next++);
  return flags;
}

void set_mask(Layer& layer, Mask mask) {
  apply_mask(layer.weights, mask);
  layer.spec.granularity = mask.granularity;
  layer.mask = std::move(mask);
}

LayerPruning report_on(const Layer& layer, Outcome outcome) {
  LayerPruning report;
  report.name = layer.spec.name;
  report.outcome = outcome;
  report.weights = layer.spec.shape.weight_count();
  report.kept_weights = report.weights;
  report.nonzero_density = workloads::density_of(layer.weights);
  if (!layer.mask) return report;
  report.kept_weights = std::ranges::count(layer.mask->kept.values(), 1);
  report.density_achieved =
      static_cast<double>(report.kept_weights) / static_cast<double>(report.weights);
  if (outcome == Outcome::pruned) report.density_requested = layer.mask->density_requested;
  return report;
}

}  // namespace

std::vector<LayerPruning> prune_network(const NetworkSource& in, const NetworkSource* previous,
                                        const PruneOptions& options, const LayerSink& out) {
  const std::vector<LayerPlan> plans = plan_network(in, options);
  const Granularity g = options.granularity;
  std::vector<GrainFlags> ranked;
  if (options.scope == Scope::global) ranked = rank_network(in, previous, plans, g);

  std::vector<LayerPruning> reports;
  reports.reserve(plans.size());
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const bool prunes = plans[i].outcome == Outcome::pruned;
    // The earlier mask first: all else of that layer is gone before this one is read.
    Earlier earlier;
    if (prunes && options.scope == Scope::layer)
      earlier = read_earlier(previous, in.layers()[i], in.where(i));
    Layer layer = in.read(i);
    if (prunes)
      set_mask(layer, options.scope == Scope::global
                          ? mask_of(shape_of(layer.weights), g, std::move(ranked[i]),
                                    plans[i].densities.back())
                          : prune_in_steps(layer, g, plans[i].densities, earlier));
    reports.push_back(report_on(layer, plans[i].outcome));
    out(layer);
  }
  return reports;
}

std::vector<LayerPruning> prune_network(const NetworkSource& in, const NetworkSource* previous,
                                        const PruneOptions& options,
                                        workloads::NetworkWriter& out) {
  return prune_network(in, previous, options, [&out](const Layer& layer) { out.append(layer); });
}

std::vector<std::string> unmatched_patterns(const DensityTable& table,
                                            const NetworkSource& network) {
  std::vector<std::string> patterns;
  for (const auto& entry : table.entries()) {
    const bool matched = std::ranges::any_of(network.layers(), [&entry](const LayerSpec& spec) {
      return workloads::matches_glob(entry.first, spec.name);
    });
    if (!matched) patterns.push_back(entry.first);
  }
  return patterns;
}

}  // namespace scnn::pruning
