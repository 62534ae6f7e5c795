/// One PE's sums, one product at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "memory/activation_buffer.hpp"
#include "pe/coordinates.hpp"
#include "pe/tile_job.hpp"

namespace scnn::pe {

/// For tiles whose windows are far larger than what a PE has of them (wide dilations): there the
/// positions that PositionSums goes over would mostly meet no activation.
class ProductSums {
 public:
  void load(const TileJob& job, std::int64_t pe, const memory::ActivationBuffer& activations);
  /// Adds all products of a K-group.
  /// \param sums  one per window entry (S16)
  void add_group(const TileJob& job, std::int64_t group, std::span<std::int64_t> sums) const;

 private:
  struct Operand {
    std::int64_t value = 0;
    std::int64_t term = 0;  ///< of the address
    const Outcome* rows = nullptr;
    const Outcome* columns = nullptr;
  };
  std::optional<CoordinateTables> coordinates_;
  std::vector<Operand> operands_;
  std::vector<std::size_t> block_first_;   ///< in operands_
  std::vector<std::int64_t> weight_term_;  ///< by kernel position, of output channel 0
};

}  // namespace scnn::pe
