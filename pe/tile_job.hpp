/// What the PE array works on: one convolution group of one temporal tile.
#pragma once

#include <cstdint>
#include <vector>

#include "memory/architecture.hpp"
#include "memory/weight_stream.hpp"
#include "pe/bank_map.hpp"
#include "pe/tiling.hpp"
#include "sparse_formats/layer_shape.hpp"
#include "sparse_formats/tensor.hpp"

namespace scnn::pe {

class StepTables;
struct KeptWork;

/// Read-only to the array; owned by whoever runs the layer, and outlives the tile.
struct TileJob {
  const memory::Architecture* arch = nullptr;
  const LayerShape* shape = nullptr;
  const Tensor<std::int16_t>* input = nullptr;  ///< `[1][C][H][W]`
  const memory::WeightStream* stream = nullptr;
  std::int64_t conv_group = 0;
  std::int64_t kc = 0;
  TemporalTile tile;
  std::vector<PeRegion> regions;   ///< per PE, row-major
  std::vector<DrainShare> shares;  ///< per PE, row-major
  OwnerMap owners;                 ///< who keeps which output of the whole plane (S7)
  bool values = true;              ///< false: time and counters only
  StepTables* tables = nullptr;    ///< prepared per group by the decoupled sequencer
  KeptWork* kept = nullptr;        ///< of earlier machines and for later ones; null: none

  /// Output channels of K-group g.
  [[nodiscard]] std::int64_t channels(std::int64_t g) const {
    const std::int64_t left = shape->group_K() - g * kc;
    return left < kc ? left : kc;
  }
  /// First output channel of K-group g in the whole layer.
  [[nodiscard]] std::int64_t first_channel(std::int64_t g) const {
    return conv_group * shape->group_K() + g * kc;
  }
  [[nodiscard]] std::int64_t groups() const { return static_cast<std::int64_t>(stream->groups()); }
  /// One PE's accumulator window.
  [[nodiscard]] Window window() const { return {kc, tile.HA, tile.WA}; }
  [[nodiscard]] std::int64_t window_entries() const { return window().entries(); }
};

}  // namespace scnn::pe
