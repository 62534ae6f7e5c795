/// Mao et al.: output memory references of VGG-16, fine grains against kernel rows.
#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "pruning/prune.hpp"
#include "sim/result.hpp"
#include "sim/step_bypass.hpp"
#include "tools/interrupt.hpp"
#include "tools/validation/experiment.hpp"
#include "workloads/json_input.hpp"
#include "workloads/published.hpp"

namespace scnn::cli::validation {
namespace {

constexpr std::array kDensities{0.40, 0.33, 0.275};

/// Weights and inputs of VGG-16, and how far a bypass reaches.
struct Setting {
  std::string name;
  double weights;
  std::optional<double> inputs;  ///< nothing: the published ones
  std::uint64_t window = 1;      ///< steps the bypass reaches over
};

std::vector<Setting> settings() {
  std::vector<Setting> all;
  all.reserve(kDensities.size() + 3);
  for (const double density : kDensities)
    all.push_back({fmt::format("{}", density), density, std::nullopt});
  all.push_back({"0.33, dense inputs", 0.33, 1.0});
  for (const std::uint64_t window : {16U, 64U})
    all.push_back({fmt::format("0.33, {} steps", window), 0.33, std::nullopt, window});
  return all;
}

/// Products that reach an output, with and without those of a step to one output combined.
/// Neither depends on time, so no machine is needed: without the bypass every product
/// that reaches an output is a reference.
std::string work(const Setting& setting, Granularity g, std::int64_t seed) {
  workloads::ZooOptions options;
  options.seed = seed;
  options.activation_density = setting.inputs;
  const auto source = workloads::make_zoo("vgg16", options);
  memory::Architecture arch;
  arch.weight_bits = 8;
  std::uint64_t none = 0, step = 0;
  for (std::size_t i = 0; i < source->layers().size(); ++i) {
    check_interrupt();
    workloads::Layer layer = source->read(i);
    layer.mask = pruning::prune_layer(layer.weights, g, setting.weights, nullptr, source->where(i));
    layer.spec.granularity = g;
    pruning::apply_mask(layer.weights, *layer.mask);
    const auto quantised =
        workloads::quantise_layer(layer, arch.weight_bits, arch.activation_bits, source->where(i));
    const auto counts = sim::step_writes(quantised, arch, setting.window);
    none += counts.updates;
    step += counts.combined;
  }
  return sim::json_text({none, step});
}

std::string task_name(const Setting& setting, Granularity g) {
  return fmt::format("references {} {}", setting.name, name_of(g));
}

}  // namespace

std::vector<Task> references_tasks(const Setup& setup) {
  std::vector<Task> tasks;
  for (const Setting& setting : settings())
    for (const Granularity g : {Granularity::fine, Granularity::vector})
      tasks.push_back({.name = task_name(setting, g),
                       .cost = 1e10 * setting.weights * setting.inputs.value_or(0.55),
                       .work = [setting, g, seed = setup.seed] { return work(setting, g, seed); }});
  return tasks;
}

Figure references_figure(const Setup& /*setup*/, const Outcomes& outcomes) {
  const auto& table = workloads::published::regularity_savings();
  const auto* published = workloads::published::find(table, "output_references_saved");
  Figure figure;
  figure.source = source_text(table);
  figure.columns = {{"fine M\nno bypass", 1},   {"vector M\nno bypass", 1},   {"saved\n%", 1},
                    {"fine M\nstep bypass", 1}, {"vector M\nstep bypass", 1}, {"saved\n% ", 1},
                    {"published\nfrom %", 0},   {"published\nto %", 0}};
  for (const Setting& setting : settings()) {
    const auto fine =
        workloads::parse_json(outcomes.text(task_name(setting, Granularity::fine)), "r");
    const auto vector =
        workloads::parse_json(outcomes.text(task_name(setting, Granularity::vector)), "r");
    Row row{.network = "vgg16", .name = setting.name, .cells = {}, .why = {}};
    for (const std::size_t scope : {0U, 1U}) {
      const double a = fine[scope].get<double>(), b = vector[scope].get<double>();
      row.cells.insert(row.cells.end(), {a / 1e6, b / 1e6, (1.0 - b / a) * 100.0});
    }
    row.cells.insert(row.cells.end(), {published->low, published->high});
    figure.rows.push_back(std::move(row));
  }
  figure.notes = {
      "References are accumulator writes (every one is preceded by a read); vector grains keep "
      "whole "
      "kernel rows. Without a bypass nothing is saved: the same number of products reaches the "
      "same "
      "outputs. The step bypass (S17) combines what meets in one step of F x I products, where the "
      "weights of a row meet neighbouring activations, as far as those are not zero.",
      "So neither scope the machine offers reaches the published saving. A bypass over 16 "
      "consecutive "
      "steps of a PE, which the machine does not have and these rows only count, just does; one "
      "over "
      "64 gains less, as it helps fine grains too. Dense inputs show what the zeros of activations "
      "cost: with none the step bypass alone saves more, not enough either. The paper does not "
      "describe the accumulators behind its number, and its savings are means over trained "
      "networks."};
  return figure;
}

}  // namespace scnn::cli::validation
