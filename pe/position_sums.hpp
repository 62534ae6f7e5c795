/// One PE's sums by window position.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "memory/activation_buffer.hpp"
#include "pe/position_tables.hpp"
#include "pe/tile_job.hpp"

namespace scnn::pe {

/// A PE's activations as planes, and their sums with a K-group's weights.
class PositionSums {
 public:
  /// \pre `job.tables` is `tabled`, and its `positions` are chosen
  void load(const TileJob& job, std::int64_t pe, const memory::ActivationBuffer& activations);
  /// Adds all products of the K-group whose weights are listed.
  /// \param sums  one per window entry (S16)
  void add_group(const TileJob& job, std::int64_t pe, std::span<std::int64_t> sums);

 private:
  std::vector<std::int16_t> planes_;
  bool empty_ = true;
  std::vector<std::int64_t> sums_;  ///< `[channel][position]`
};

}  // namespace scnn::pe
