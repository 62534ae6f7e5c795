/// When weight vectors reach the FIFOs of all PEs (machine.md S23, S28).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "memory/architecture.hpp"
#include "memory/dram.hpp"

namespace scnn::memory {

/// The broadcast of one tile, computed ahead of time: `D[j]` for as many entries as
/// the PEs' pops already determine.
///
/// Contract:
/// - entry j is known once every PE has popped entry `j - weight_fifo_entries`;
/// - pop times are reported per PE in order, each entry once;
/// - nothing here advances time: cycles are counted from the start of the tile.
class Arrivals {
 public:
  /// Starts a tile. \param pes  number of PEs that pop
  void start(const Architecture& arch, const DramStream& dram, std::size_t pes);

  /// Starts a part of a tile whose entries are all on chip long before.
  void start_supplied(const Architecture& arch, std::size_t entries, std::size_t pes);

  /// Merges the pop times of the next `times.size()` entries of PEs `[pe, pe + count)`:
  /// of each entry, when the last of them popped it.
  /// \pre these PEs exist, and have popped as many entries as one another
  void report_pops(std::size_t pe, std::size_t count, std::span<const std::int64_t> times);

  /// Computes `D` as far as it is determined. \return true when more became known
  bool extend();

  [[nodiscard]] std::size_t known() const { return known_; }
  /// Arrival cycle of entry j < known(), in all FIFOs (S23).
  [[nodiscard]] const std::int64_t* cycles() const { return arrival_.data(); }
  /// Cycle from which entry j is on chip (S22), of all entries.
  [[nodiscard]] std::span<const std::int64_t> on_chip() const { return on_chip_; }
  /// Last cycle of entry j < known() in which the supply was late (S28): a PE that
  /// waits longer waits for another PE.
  [[nodiscard]] const std::int64_t* late_until() const { return late_until_.data(); }

 private:
  void reset(const Architecture& arch, std::size_t entries, std::size_t pes);

  std::int64_t fifo_entries_ = 0;
  std::int64_t per_cycle_ = 0;
  std::vector<std::int64_t> on_chip_;
  std::vector<std::int64_t> arrival_, late_until_, last_pop_;
  std::vector<std::size_t> popped_;
  std::size_t known_ = 0;
};

}  // namespace scnn::memory
