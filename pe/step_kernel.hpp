/// The vectorised inner loop of the decoupled machine, with run-time dispatch.
///
/// Every target computes the same integers; tests force each one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "memory/weight_stream.hpp"
#include "pe/step_tables.hpp"

namespace scnn::pe {

/// PEs whose steps are computed side by side. All PEs meet the same weight vectors in the
/// same order (S15), so one loop serves eight of them, each with a clock of its own.
inline constexpr std::size_t kTeam = 8;

/// One number per member of a team.
struct alignas(64) TeamNumbers : std::array<std::int64_t, kTeam> {};

/// Stored activations of a team's members as the step kernel takes them.
struct TeamOperands {
  struct Block {
    std::uint32_t first = 0;   ///< number of its first pass
    std::uint32_t passes = 0;  ///< the largest of `vectors`
    std::uint32_t full = 0;    ///< the smallest: passes in which every member steps
    TeamNumbers vectors{};     ///< activation vectors of each member
  };
  std::vector<Block> blocks;
  /// `[pass][member][I]`: byte offset of an activation's row and lane from the first row of
  /// a weight vector; where a vector has fewer activations, of a row of zeros.
  std::vector<std::uint32_t> offsets;
};

/// Everything a team's steps read and change. Cycles are counted from the start of the
/// tile.
struct TeamState {
  // Of each member. The first is read, the others change.
  TeamNumbers last_block;  ///< of the group, in which it has steps; -1 for none
  TeamNumbers next;        ///< first cycle not yet accounted for; never, where nobody is
  TeamNumbers last_issue;  ///< start - 1 before the first step
  TeamNumbers last_pop;    ///< start before the first pop
  TeamNumbers bank_stall, late;
  TeamNumbers waited;  ///< cycles waited for weights before a step, late or not
  // Read.
  const StepTables* tables = nullptr;
  const TeamOperands* operands = nullptr;
  std::span<const memory::BlockVectors> blocks;
  std::size_t run_entries = 1;
  std::size_t I = 1;
  std::size_t banks = 0;
  std::int64_t threshold = 0;
  std::size_t known = 0;                     ///< entries whose arrival is known
  const std::int64_t* arrival = nullptr;     ///< D[j]
  const std::int64_t* late_until = nullptr;  ///< last cycle with a late supply
  // Changed.
  std::uint8_t* queues = nullptr;     ///< `[member][lane]`, updates per bank in cycle `next`
  std::size_t block = 0;              ///< of the group, at hand
  std::vector<TeamNumbers> run_pops;  ///< room for the pops of a run
  /// Receives, for each entry popped, when the last member popped it.
  std::int64_t* pops = nullptr;
  std::size_t popped = 0;
  std::uint32_t at = 0;  ///< vectors taken of the block
  /// Queues held many steps of the last run of several passes: chooses between ways of equal
  /// results.
  bool contended = false;
};

/// Takes every run whose weight vectors' arrivals are all known, with all members.
/// \pre the tables have begun the group, and made the rows of all known entries; `run_pops` has
/// room for the longest run, and
///      `pops` for every entry known and not yet popped
void advance_steps(TeamState& state);

/// Updates in the longest queue of a member.
[[nodiscard]] std::int64_t deepest_queue(const TeamState& state, std::size_t member);

/// Names of the instruction sets this build can dispatch to on this processor.
[[nodiscard]] std::vector<std::string> step_kernel_targets();
/// The one that is used.
[[nodiscard]] std::string step_kernel_target();
/// Forces one of them for the whole process, or (empty) chooses the best again; for
/// tests and benchmarks. It holds for every kernel: steps, rows, sums, outputs and the reference.
/// \throws InputError for a name that is not among them
void force_step_kernel_target(const std::string& name);

}  // namespace scnn::pe
