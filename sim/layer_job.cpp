#include "sim/layer_job.hpp"

namespace scnn::sim {
namespace {

/// What would take more is computed again instead.
constexpr double kMostKeptBytes = 512e6;

pe::OwnerMap plane_owners(const LayerShape& s, const memory::Architecture& arch) {
  return {pe::Rect{{0, s.Ho()}, {0, s.Wo()}}, arch.pe_rows, arch.pe_cols};
}

}  // namespace

sparse::WeightLayout weight_layout(const workloads::QuantisedLayer& layer,
                                   const memory::Architecture& arch, std::int64_t kc) {
  sparse::WeightLayout layout;
  layout.shape = layer.spec.shape;
  layout.kc = kc;
  layout.split = pe::phase_split(layer.spec.shape, arch);
  layout.granularity = arch.shared_indices ? layer.granularity : Granularity::fine;
  layout.index_bits = arch.index_bits;
  layout.weight_bits = arch.weight_bits;
  layout.skip_zeros = arch.skip_zero_weights;
  return layout;
}

LayerJob::LayerJob(const workloads::QuantisedLayer& layer, const memory::Architecture& arch,
                   bool values, const ForEach& for_each)
    : layer_(&layer),
      values_(values),
      tiling_(pe::plan_tiling(layer.spec.shape, arch, "layer " + layer.spec.name)),
      output_{&layer.spec.shape,
              &arch,
              plane_owners(layer.spec.shape, arch),
              layer.weight_scale,
              layer.input_scale,
              layer.bias.empty() ? nullptr : layer.bias.data(),
              layer.spec.relu} {
  const LayerShape& shape = layer.spec.shape;
  {
    const auto encoded =
        sparse::encode_weights(weight_layout(layer, arch, tiling_.kc), layer.weights, for_each);
    streams_.reserve(static_cast<std::size_t>(shape.groups));
    for (std::int64_t n = 0; n < shape.groups; ++n) {
      streams_.push_back(memory::make_weight_stream(encoded, n, arch.F, for_each));
      weight_bits_ += streams_.back().footprint_bits() * tiling_.tiles.size();
      weight_index_bits_ += streams_.back().index_bits * tiling_.tiles.size();
    }
  }
  for (std::int64_t n = 0; n < shape.groups; ++n)
    for (const pe::TemporalTile& tile : tiling_.tiles) {
      auto regions = pe::map_regions(shape, tile, arch);
      auto shares =
          pe::drain_shares(regions, pe::OwnerMap(tile.outputs, arch.pe_rows, arch.pe_cols));
      tiles_.push_back({&arch, &shape, &layer.input, &streams_[static_cast<std::size_t>(n)], n,
                        tiling_.kc, tile, std::move(regions), std::move(shares), output_.owners,
                        values, &tables_});
    }
}

void LayerJob::keep_work() {
  double bytes = 0.0;
  for (const pe::TileJob& tile : tiles_) bytes += pe::KeptWork::bytes(tile);
  if (!kept_.empty() || bytes > kMostKeptBytes) return;
  for (pe::TileJob& tile : tiles_) {
    kept_.push_back(std::make_unique<pe::KeptWork>(tile));
    tile.kept = kept_.back().get();
  }
}

void LayerJob::bind(const memory::Architecture& arch, bool values) {
  values_ = values;
  output_.arch = &arch;
  for (pe::TileJob& tile : tiles_) {
    tile.arch = &arch;
    tile.values = values;
  }
}

}  // namespace scnn::sim
