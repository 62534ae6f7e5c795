/// A layer prepared for the machine: what the sequencer hands out, tile by tile.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "memory/architecture.hpp"
#include "memory/weight_stream.hpp"
#include "pe/kept_work.hpp"
#include "pe/links.hpp"
#include "pe/step_tables.hpp"
#include "pe/tile_job.hpp"
#include "sparse_formats/weight_blocks.hpp"
#include "workloads/network.hpp"

namespace scnn::sim {

/// The codec's parameters for a layer under an architecture (S8, S13, S18, S33).
[[nodiscard]] sparse::WeightLayout weight_layout(const workloads::QuantisedLayer& layer,
                                                 const memory::Architecture& arch, std::int64_t kc);

/// Owns everything the array reads while it runs one layer. Neither copied nor moved:
/// the tiles point into it.
class LayerJob {
 public:
  /// Maps and encodes the layer; `layer` and `arch` outlive the job.
  /// \param for_each  threads for the encoding
  /// \throws InputError when the accumulators cannot hold the layer (S10)
  LayerJob(const workloads::QuantisedLayer& layer, const memory::Architecture& arch, bool values,
           const ForEach& for_each = {});
  LayerJob(const LayerJob&) = delete;
  LayerJob& operator=(const LayerJob&) = delete;

  /// Keeps what machines of one `machine_key` share, from the first to the next; nothing of a
  /// layer for which that would take too much memory.
  void keep_work();

  /// Hands the job to another machine. \pre the same `preparation_key`; `arch` outlives the run
  void bind(const memory::Architecture& arch, bool values);

  /// Tiles in the order of S3 and S15: temporal tiles of each convolution group.
  [[nodiscard]] const std::vector<pe::TileJob>& tiles() const { return tiles_; }
  [[nodiscard]] const pe::OutputJob& output() const { return output_; }
  [[nodiscard]] const pe::Tiling& tiling() const { return tiling_; }
  [[nodiscard]] const workloads::QuantisedLayer& layer() const { return *layer_; }
  [[nodiscard]] bool values() const { return values_; }

  /// Weight footprint and its index part, once per temporal tile (S27, S30).
  [[nodiscard]] std::uint64_t weight_bits() const { return weight_bits_; }
  [[nodiscard]] std::uint64_t weight_index_bits() const { return weight_index_bits_; }

 private:
  const workloads::QuantisedLayer* layer_;
  bool values_;
  pe::Tiling tiling_;
  std::vector<memory::WeightStream> streams_;  ///< one per convolution group
  pe::StepTables tables_;
  std::vector<pe::TileJob> tiles_;
  std::vector<std::unique_ptr<pe::KeptWork>> kept_;  ///< by tile; none: nothing is kept
  pe::OutputJob output_;
  std::uint64_t weight_bits_ = 0, weight_index_bits_ = 0;
};

}  // namespace scnn::sim
