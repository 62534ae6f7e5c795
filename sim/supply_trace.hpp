/// How a tile's weight stream came on chip and was broadcast.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "memory/weight_stream.hpp"

namespace scnn::sim {

/// Merges counts told cycle by cycle into times of groups and samples; both engines tell the
/// same counts.
class SupplyTrace {
 public:
  /// When the entries of a group passed; cycles of the tile.
  struct Group {
    std::int64_t on_chip = -1;     ///< from when on its last entry is on chip (S22)
    std::int64_t first_sent = -1;  ///< its first entry is broadcast (S23)
    std::int64_t last_sent = -1;   ///< its last
  };
  /// Entries on chip and sent at the end of cycle `end - 1`.
  struct Sample {
    std::int64_t end = 0;
    std::size_t on_chip = 0, sent = 0;
  };

  void begin(const memory::WeightStream& stream, std::int64_t sample_cycles);
  /// The next cycle.
  /// \param on_chip  entries that can be broadcast in the cycle after
  /// \param sent     entries broadcast in this cycle and before
  void cycle(std::size_t on_chip, std::size_t sent);
  void end();

  /// Of a group without entries everything is -1.
  [[nodiscard]] const std::vector<Group>& groups() const { return groups_; }
  [[nodiscard]] const std::vector<Sample>& samples() const { return samples_; }

 private:
  void pass_groups(std::size_t on_chip, std::size_t sent);

  const memory::WeightStream* stream_ = nullptr;
  std::int64_t sample_cycles_ = 1, cycle_ = 0;
  std::size_t on_chip_group_ = 0, first_group_ = 0, last_group_ = 0;  ///< the next to pass
  Sample last_;
  std::vector<Group> groups_;
  std::vector<Sample> samples_;
};

}  // namespace scnn::sim
