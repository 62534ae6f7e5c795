/// Stored activations of the PEs of a team, as the step kernel takes them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pe/activation_operands.hpp"
#include "pe/tile_job.hpp"

namespace scnn::pe {

/// PEs whose steps are computed side by side. All PEs meet the same weight vectors in the
/// same order (S15), so one loop serves eight of them, each with a clock of its own.
inline constexpr std::size_t kTeam = 8;

/// One number per member of a team.
struct alignas(64) TeamNumbers : std::array<std::int64_t, kTeam> {};

/// Read-only once loaded: the same in all groups of a tile.
struct TeamOperands {
  /// All there is of a block in most steps: with many channels these are what a cache holds.
  struct Block {
    std::uint32_t first = 0;    ///< number of its first pass
    std::uint32_t passes = 0;   ///< the largest number of vectors of a member
    std::uint32_t full = 0;     ///< the smallest: passes in which every member steps
    std::uint8_t stepping = 0;  ///< a bit for each member with activations
    std::uint8_t crowded = 0;   ///< for each with more than two in its first vector
  };
  std::size_t members = 0;
  std::vector<Block> blocks;
  std::vector<TeamNumbers> vectors;  ///< activation vectors of each member, by block
  /// `[pass][member][I]`: byte offset of an activation's row and lane from the first row of
  /// a weight vector; where a vector has fewer activations, of a row of zeros.
  std::vector<std::uint32_t> offsets;
  std::array<std::size_t, kTeam> filled_blocks{};  ///< blocks up to a member's last activation

  /// The member has no activations in the tile.
  [[nodiscard]] bool idle(std::size_t member) const { return filled_blocks[member] == 0; }
  /// No member has.
  [[nodiscard]] bool idle() const { return offsets.empty(); }

  /// \param team  at most kTeam members
  /// \pre `job.tables` has begun the tile and is `usable`
  void load(const TileJob& job, std::span<const ActivationOperands* const> team);

 private:
  void load_member(const TileJob& job, std::size_t block, std::size_t member,
                   const ActivationOperands* operands, std::size_t phase);
};

}  // namespace scnn::pe
