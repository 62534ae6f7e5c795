/// Tiling and mapping of one layer onto the PE array (machine.md S6-S10, S25).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "memory/architecture.hpp"
#include "sparse_formats/layer_shape.hpp"
#include "sparse_formats/phases.hpp"

namespace scnn::pe {

/// Half-open interval of rows or columns; empty when end <= begin.
struct Range {
  std::int64_t begin = 0, end = 0;

  [[nodiscard]] std::int64_t size() const { return end > begin ? end - begin : 0; }
  [[nodiscard]] bool contains(std::int64_t i) const { return i >= begin && i < end; }
  friend bool operator==(const Range&, const Range&) = default;
};

[[nodiscard]] Range intersect(const Range& a, const Range& b);

struct Rect {
  Range rows, cols;

  [[nodiscard]] std::int64_t area() const { return rows.size() * cols.size(); }
  friend bool operator==(const Rect&, const Rect&) = default;
};

[[nodiscard]] Rect intersect(const Rect& a, const Rect& b);

/// A rectangle of the output plane that is run as a layer of its own (S10); the
/// unsplit layer has one, the whole plane.
struct TemporalTile {
  Rect outputs;
  Rect inputs;
  std::int64_t Ht = 0, Wt = 0;  ///< input rows and columns per PE (S6)
  std::int64_t HA = 0, WA = 0;  ///< accumulator window (S9)
};

/// What S8 and S10 chose for a layer.
struct Tiling {
  std::int64_t kc = 0;
  std::vector<TemporalTile> tiles;
};

/// Chooses Kc and the temporal tiles.
/// \param where  the layer's place, for messages
/// \throws InputError when `shrink-kc` or `split-plane` finds nothing that fits
[[nodiscard]] Tiling plan_tiling(const LayerShape& shape, const memory::Architecture& arch,
                                 const std::string& where);

/// One PE's part of a temporal tile.
struct PeRegion {
  Rect inputs;                  ///< input rows and columns it owns (S6), maybe none
  Rect reach;                   ///< outputs its products can reach (S25)
  std::int64_t o0 = 0, p0 = 0;  ///< first output row and column of its window (S9)
};

/// Regions of all PEs of the array, row-major.
[[nodiscard]] std::vector<PeRegion> map_regions(const LayerShape& shape, const TemporalTile& tile,
                                                const memory::Architecture& arch);

/// Which PE owns which outputs of a rectangle (S7).
class OwnerMap {
 public:
  OwnerMap(const Rect& outputs, std::int64_t pe_rows, std::int64_t pe_cols);

  [[nodiscard]] std::int64_t owner(std::int64_t oy, std::int64_t ox) const {
    return (oy - outputs_.rows.begin) / rows_per_pe_ * pe_cols_ +
           (ox - outputs_.cols.begin) / cols_per_pe_;
  }
  /// The outputs PE `pe` owns, maybe none.
  [[nodiscard]] Rect owned(std::int64_t pe) const;

 private:
  Rect outputs_;
  std::int64_t pe_cols_, rows_per_pe_, cols_per_pe_;
};

/// Entries a PE drains, sends and receives per output channel (S25).
struct DrainShare {
  std::int64_t reached = 0, sent = 0, received = 0;
};

/// Shares of all PEs, row-major.
[[nodiscard]] std::vector<DrainShare> drain_shares(const std::vector<PeRegion>& regions,
                                                   const OwnerMap& owners);

/// Cycles a PPU needs for `channels` output channels of its share (S25).
[[nodiscard]] std::int64_t drain_cycles(const DrainShare& share, std::int64_t channels,
                                        const memory::PpuRates& rates);

/// Phases a block is split into under the architecture's stride mode (S18).
[[nodiscard]] sparse::PhaseSplit phase_split(const LayerShape& shape,
                                             const memory::Architecture& arch);

}  // namespace scnn::pe
