#include "sim/storage.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include "pe/tiling.hpp"
#include "sim/layer_job.hpp"

namespace scnn::sim {
namespace {

using sparse::EncodedWeights;

/// Weights of block `b`, placeholders included, in grains of the block's size.
std::span<const std::int16_t> values_of(const EncodedWeights& e, std::size_t b) {
  return std::span(e.values).subspan(e.value_offsets[b],
                                     e.value_offsets[b + 1] - e.value_offsets[b]);
}

bool all_zero(std::span<const std::int16_t> values) {
  return std::ranges::all_of(values, [](std::int16_t v) { return v == 0; });
}

/// Grains that bridge a gap: stored, though none of their weights is non-zero. Blocks that
/// share their indices (S13, filter) are looked at together, `blocks` of them from `first`.
std::uint64_t count_placeholders(const EncodedWeights& e, std::size_t first, std::size_t blocks) {
  const std::uint64_t grains = e.run_offsets[first + 1] - e.run_offsets[first];
  std::vector<bool> empty(grains, true);
  for (std::size_t b = first; b < first + blocks; ++b) {
    const auto unit =
        static_cast<std::size_t>(sparse::block_unit(e.layout, sparse::place_of(e.layout, b).phase));
    const auto values = values_of(e, b);
    for (std::size_t g = 0; g < grains && unit > 0; ++g)
      empty[g] = empty[g] && all_zero(values.subspan(g * unit, unit));
  }
  return static_cast<std::uint64_t>(std::ranges::count(empty, true));
}

}  // namespace

Storage& Storage::operator+=(const Storage& other) {
  weights += other.weights;
  nonzero += other.nonzero;
  stored += other.stored;
  placeholders += other.placeholders;
  value_bits += other.value_bits;
  index_bits += other.index_bits;
  return *this;
}

Storage storage_of(const EncodedWeights& e) {
  Storage storage;
  storage.weights = static_cast<std::uint64_t>(e.layout.shape.weight_count());
  storage.stored = e.values.size();
  storage.nonzero = storage.stored - static_cast<std::uint64_t>(std::ranges::count(e.values, 0));
  storage.index_bits = e.index_bits();
  storage.value_bits = e.footprint_bits() - storage.index_bits;
  if (!e.layout.skip_zeros) return storage;  // every grain is stored for itself (S33)
  const std::size_t shared =
      e.layout.granularity == Granularity::filter
          ? static_cast<std::size_t>(e.layout.shape.group_C() * e.layout.split.count())
          : 1;
  for (std::size_t b = 0; b < e.layout.block_count(); b += shared)
    storage.placeholders += count_placeholders(e, b, shared);
  return storage;
}

EncodedWeights encode_layer(const workloads::QuantisedLayer& layer,
                            const memory::Architecture& arch) {
  const auto tiling = pe::plan_tiling(layer.spec.shape, arch, "layer " + layer.spec.name);
  return sparse::encode_weights(weight_layout(layer, arch, tiling.kc), layer.weights);
}

}  // namespace scnn::sim
