/// What machines that differ in timing alone share of a tile (docs/sweep.md).
///
/// A group whose arrivals are those of an earlier machine goes as it went there (GroupRecord); the
/// first arrival that differs ends that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "memory/activation_buffer.hpp"
#include "memory/counters.hpp"
#include "pe/activation_operands.hpp"
#include "pe/group_record.hpp"
#include "pe/tile_job.hpp"

namespace scnn::pe {

/// What is kept of a tile. Written as the tile runs, by the kernel's thread or by each PE for
/// itself; read by the machines after.
struct KeptWork {
  struct Pe {
    bool loaded = false;
    memory::ActivationBuffer activations;
    ActivationOperands operands;
    bool operands_loaded = false;
    std::optional<memory::Counters> work;  ///< what became of its products
  };
  struct Team {
    TeamOperands operands;
    bool loaded = false;
  };

  explicit KeptWork(const TileJob& job);
  /// Memory that the records of a tile will take.
  [[nodiscard]] static double bytes(const TileJob& job);

  /// The record of a group, when the job may use it: only time is wanted, and runs are as
  /// long as they were.
  [[nodiscard]] const GroupRecord* record(const TileJob& job, std::int64_t group) const;

  std::vector<Pe> pes;
  std::vector<Team> teams;
  std::vector<GroupRecord> groups;
};

}  // namespace scnn::pe
