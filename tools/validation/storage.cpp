/// Mao et al.: storage of pruned weights, against the closed form.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "pruning/prune.hpp"
#include "sim/result.hpp"
#include "sim/storage.hpp"
#include "tools/validation/experiment.hpp"
#include "workloads/json_input.hpp"
#include "workloads/published.hpp"

namespace scnn::cli::validation {
namespace {

constexpr double kDensity = 0.35;
constexpr int kWeightBits = 8, kIndexBits = 4;

/// Bits of a network, all layers pruned to one density.
struct Bits {
  double dense = 0.0, stored = 0.0, closed_form = 0.0;
};

/// The closed form: surviving grains with an index each, no placeholders.
double closed_form_bits(const workloads::Mask& mask, const LayerShape& s, Granularity g) {
  const auto kept = static_cast<double>(std::ranges::count(mask.kept.values(), 1));
  const auto grain = static_cast<double>(grain_size(g, {s.K, s.group_C(), s.R, s.S}));
  return kept * kWeightBits + kept / grain * kIndexBits;
}

Bits bits_of(const std::string& network, Granularity g, std::int64_t seed) {
  memory::Architecture arch;
  arch.weight_bits = kWeightBits;
  arch.index_bits = kIndexBits;
  workloads::ZooOptions options;
  options.seed = seed;
  const auto source = workloads::make_zoo(network, options);
  Bits bits;
  for (std::size_t i = 0; i < source->layers().size(); ++i) {
    workloads::Layer layer = source->read(i);
    layer.mask = pruning::prune_layer(layer.weights, g, kDensity, nullptr, source->where(i));
    pruning::apply_mask(layer.weights, *layer.mask);
    const auto quantised =
        workloads::quantise_layer(layer, kWeightBits, arch.activation_bits, source->where(i));
    bits.dense += static_cast<double>(layer.spec.shape.weight_count()) * kWeightBits;
    bits.stored += static_cast<double>(sim::storage_of(sim::encode_layer(quantised, arch)).bits());
    bits.closed_form += closed_form_bits(*layer.mask, layer.spec.shape, g);
  }
  return bits;
}

std::string work(const std::string& network, std::int64_t seed) {
  nlohmann::ordered_json object;
  for (const Granularity g : kGranularities) {
    const Bits bits = bits_of(network, g, seed);
    object[std::string(name_of(g))] = {bits.stored / bits.dense, bits.closed_form / bits.dense};
  }
  return sim::json_text(object);
}

std::string task_name(std::string_view network) { return fmt::format("storage {}", network); }

}  // namespace

std::vector<Task> storage_tasks(const Setup& setup) {
  std::vector<Task> tasks;
  for (const std::string_view network : workloads::published::regularity_networks())
    tasks.push_back(
        {.name = task_name(network),
         .cost = 5e8,
         .work = [name = std::string(network), seed = setup.seed] { return work(name, seed); }});
  return tasks;
}

Figure storage_figure(const Setup& /*setup*/, const Outcomes& outcomes) {
  Figure figure;
  figure.source = source_text(workloads::published::storage_ratios());
  figure.columns = {{"stored /\ndense", 3}, {"closed\nform", 3}, {"placeholders\nand zeros, %", 2}};
  Mean off;
  for (const std::string_view network : workloads::published::regularity_networks()) {
    const auto object = workloads::parse_json(outcomes.text(task_name(network)), "result");
    for (const auto& member : object.items()) {
      const double stored = member.value()[0].get<double>();
      const double closed = member.value()[1].get<double>();
      off.add(std::fabs(percent_off(stored, closed)));
      figure.rows.push_back({.network = std::string(network),
                             .name = member.key(),
                             .cells = {stored, closed, percent_off(stored, closed)},
                             .why = {}});
    }
  }
  figure.measures = {{"mean distance from the closed form, %", off.value(), "1", {}}};
  figure.notes = {fmt::format(
      "Every layer pruned to {}, 8-bit weights, 4-bit indices. The closed form is "
      "density x (8g + 4) / 8g for grains of g weights, summed over layers, whose kernels differ: "
      "1.5, 1.167 and 1.056 times the density for 1, 3 and 9. What is stored beyond it are "
      "placeholders for gaps of more than 15; where it is less, whole grains were zero in 8 bits.",
      kDensity)};
  return figure;
}

}  // namespace scnn::cli::validation
