/// What machines that differ in timing alone share of a tile (docs/sweep.md).
///
/// The steps of a group are a function of when its weight vectors arrive, counted from the
/// group's start: bank conflicts, stalls and pops follow from that alone (S19, S20), since
/// every group begins with empty queues (S21). So a group whose arrivals are those of an
/// earlier machine goes as it went there; the first arrival that differs ends that.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "memory/activation_buffer.hpp"
#include "memory/counters.hpp"
#include "pe/activation_operands.hpp"
#include "pe/group_times.hpp"
#include "pe/step_kernel.hpp"
#include "pe/tile_job.hpp"

namespace scnn::pe {

/// How a group went. Cycles are counted from its start; an entry that arrived before it
/// counts as cycle -1, whenever it was.
struct GroupRecord {
  struct Team {
    std::vector<std::int32_t> pops;  ///< of every entry, when the last member popped it
    std::array<GroupTimes, kTeam> times{};
  };

  std::size_t run_entries = 0;              ///< longest run of weight vectors (S15); 0: no record
  std::vector<std::int32_t> arrival, late;  ///< of every entry: D, and the end of late supply
  std::vector<Team> teams;
};

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

  explicit KeptWork(const TileJob& job);
  /// Memory that the records of a tile will take.
  [[nodiscard]] static double bytes(const TileJob& job);

  /// The record of a group, when the job may use it: only time is wanted, and runs are as
  /// long as they were.
  [[nodiscard]] const GroupRecord* record(const TileJob& job, std::int64_t group) const;
  /// Longest run of weight vectors under the job's FIFO.
  [[nodiscard]] std::size_t run_entries(const TileJob& job) const;

  std::vector<Pe> pes;
  std::vector<GroupRecord> groups;

 private:
  std::size_t longest_block_ = 0;
};

}  // namespace scnn::pe
