#include "tools/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "pruning/prune.hpp"
#include "sim/step_bypass.hpp"
#include "sparse_formats/quantise.hpp"
#include "tools/numbers.hpp"

namespace scnn::cli {
namespace {

/// What storage ratios are stated with (Mao et al. 2017).
constexpr int kStorageWeightBits = 8;
constexpr int kStorageIndexBits = 4;

sim::Storage standard_storage(const workloads::QuantisedLayer& layer,
                              const memory::Architecture& arch) {
  memory::Architecture standard = arch;
  standard.weight_bits = kStorageWeightBits;
  standard.index_bits = kStorageIndexBits;
  return sim::storage_of(sim::encode_layer(layer, standard));
}

double share(std::uint64_t part, std::uint64_t whole) { return ratio(part, whole).value_or(0.0); }

}  // namespace

ComparedCounts& ComparedCounts::operator+=(const ComparedCounts& other) {
  kept_weights += other.kept_weights;
  storage += other.storage;
  writes_without_bypass += other.writes_without_bypass;
  writes_with_bypass += other.writes_with_bypass;
  counters += other.counters;
  return *this;
}

double ComparedCounts::kept_density() const { return share(kept_weights, storage.weights); }
double ComparedCounts::nonzero_density() const { return share(storage.nonzero, storage.weights); }
double ComparedCounts::storage_ratio() const {
  return share(storage.bits(), storage.weights * kStorageWeightBits);
}

ComparedCounts ComparedNetwork::total() const {
  ComparedCounts total;
  for (const ComparedLayer& layer : layers) total += layer.counts;
  return total;
}

double SourceCounts::density() const { return share(nonzero, weights); }

double default_density(const workloads::Layer& layer) {
  if (layer.spec.density_published) return *layer.spec.density_published;
  const double density =
      layer.mask ? layer.mask->density_achieved : workloads::density_of(layer.weights);
  // A layer of zeros has nothing to prune; any density keeps it as it is.
  return density > 0.0 ? density : 1.0;
}

void prune_to(workloads::Layer& layer, Granularity granularity, double density,
              const std::string& where) {
  layer.mask = pruning::prune_layer(layer.weights, granularity, density, nullptr, where);
  layer.spec.granularity = granularity;
  pruning::apply_mask(layer.weights, *layer.mask);
}

bool narrow(workloads::ValueTensor& weights, int bits) {
  auto* integers = std::get_if<workloads::IntTensor>(&weights);
  if (integers == nullptr) return false;
  auto& values = integers->values.data();
  if (std::ranges::all_of(values, [bits](auto v) { return fits_signed(v, bits); })) return false;
  int largest = 0;
  for (const std::int16_t v : values) largest = std::max(largest, std::abs(int{v}));
  // In units of the old integers first: the old scale cancels in w / scale.
  const double step = quantisation_scale(largest, bits);
  for (std::int16_t& v : values) v = static_cast<std::int16_t>(quantise_value(v, step));
  integers->scale *= step;
  return true;
}

workloads::QuantisedLayer Comparer::prepare(const workloads::Layer& source, Granularity granularity,
                                            std::optional<double> density, const std::string& where,
                                            std::uint64_t& kept_weights) const {
  workloads::Layer layer = source;
  if (density) prune_to(layer, granularity, *density, where);
  kept_weights =
      static_cast<std::uint64_t>(layer.mask ? std::ranges::count(layer.mask->kept.values(), 1)
                                            : layer.spec.shape.weight_count());
  narrow(layer.weights, arch_.weight_bits);
  return workloads::quantise_layer(layer, arch_.weight_bits, arch_.activation_bits, where);
}

ComparedLayer Comparer::run(const workloads::Layer& source, Granularity granularity,
                            std::optional<double> density, const std::string& where, bool first) {
  ComparedLayer result;
  result.density_requested = density;
  const auto layer = prepare(source, granularity, density, where, result.counts.kept_weights);
  result.run = machine_.run(layer, first);
  result.counts.counters = result.run.counters;
  result.counts.storage = standard_storage(layer, arch_);
  result.counts.writes_without_bypass = result.run.counters.updates;
  result.counts.writes_with_bypass = arch_.accumulator.bypass == memory::Bypass::step
                                         ? result.run.counters.accumulator_writes
                                         : sim::step_bypass_writes(layer, arch_);
  return result;
}

}  // namespace scnn::cli
