/// What the sums by window position read of a tile and of a K-group, prepared once for all PEs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pe/coordinates.hpp"
#include "pe/tile_job.hpp"
#include "pe/workers.hpp"

namespace scnn::pe {

/// Window positions come in lines of this many.
inline constexpr std::size_t kPositionStep = 16;

/// Two weights that are not zero, as they meet a PE's planes of activations; or one and none.
struct PositionPair {
  std::uint32_t offset[2] = {};  ///< of the activation met at window position 0, in its chunk
  std::int16_t value[2] = {};
  /// No sum of products since the last pair marked so can leave 32 bits; before this one
  /// they are moved into 64.
  bool widen = false;
};

/// The layout of planes and the weights that go over them.
///
/// A PE's activations of a block (channel, phase) lie in a plane, at `row * pitch + column` of
/// the window (S16), zeros between them; where blocks hold all phases (S18), in a part of the
/// plane to a phase. A weight at window offset (r', s') adds to the sum of
/// window position `q` the activation at `q + r' * pitch + s'`: for one output channel the sums
/// of many positions stay in registers while the weights of many blocks go by. The pitch leaves
/// room for products outside the plane, which so never meet a position that is drained.
class PositionTables {
 public:
  void begin_tile(const TileJob& job);
  /// Planes are not far larger than what lies in them: sums are made this way.
  [[nodiscard]] bool chosen() const { return chosen_; }
  /// Lists the weights of a K-group. \pre chosen
  void begin_group(std::int64_t group, Workers& workers);

  /// From row to row of a plane or a window.
  [[nodiscard]] std::size_t pitch() const { return pitch_; }
  /// Rows and columns of a plane in use.
  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t columns() const { return columns_; }
  /// Numbers of a block's plane, zeros behind the last row included.
  [[nodiscard]] std::size_t plane() const { return plane_; }
  /// Where in it, behind its first position, the activation at input position (y, x) lies.
  [[nodiscard]] std::size_t part(std::int64_t y, std::int64_t x) const {
    if (parts_.count() == 1) return 0;
    const LayerShape& s = *job_->shape;
    return static_cast<std::size_t>(
               parts_.number((y + s.pad_top) % parts_.h, (x + s.pad_left) % parts_.w)) *
           part_;
  }
  /// Numbers of a window of one output channel, in whole lines.
  [[nodiscard]] std::size_t positions() const { return positions_; }
  [[nodiscard]] std::size_t blocks() const { return blocks_; }
  /// Blocks are taken by the chunk, whose planes stay in the first cache.
  [[nodiscard]] std::size_t chunk_blocks() const { return chunk_blocks_; }
  [[nodiscard]] std::size_t chunks() const { return (blocks_ + chunk_blocks_ - 1) / chunk_blocks_; }
  [[nodiscard]] std::size_t channels() const { return channels_; }
  /// Weights of a chunk for one output channel of the group.
  [[nodiscard]] std::span<const PositionPair> weights(std::size_t chunk,
                                                      std::size_t channel) const {
    const std::size_t n = chunk * channels_ + channel;
    return std::span(pairs_).subspan(first_[n], end_[n] - first_[n]);
  }

 private:
  /// \return whether planes are of bearable size
  bool lay_out();
  void find_peak();
  void list_chunk(std::size_t chunk, std::uint32_t before,
                  std::span<const memory::BlockVectors> blocks);

  const TileJob* job_ = nullptr;
  bool chosen_ = false;
  std::size_t pitch_ = 0, rows_ = 0, columns_ = 0, plane_ = 0, positions_ = 0;
  sparse::PhaseSplit parts_;  ///< of a plane, where blocks are not split by the stride themselves
  std::size_t part_ = 0;      ///< numbers of each
  std::size_t blocks_ = 0, chunk_blocks_ = 1, channels_ = 0;
  std::vector<std::uint32_t> offset_;  ///< by kernel position
  std::int64_t peak_ = 0;              ///< largest magnitude among the tile's activations
  std::vector<PositionPair> pairs_;
  std::vector<std::uint32_t> first_, end_;  ///< `[chunk][channel]`, in pairs_
};

}  // namespace scnn::pe
