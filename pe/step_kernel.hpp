/// The vectorised inner loop of the decoupled machine, with run-time dispatch.
///
/// Every instruction set computes the same integers; tests force each one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "memory/weight_stream.hpp"
#include "pe/step_rows.hpp"
#include "pe/step_tables.hpp"
#include "pe/team_operands.hpp"

namespace scnn::pe {

/// Everything a team's steps read and change. Cycles are counted from the start of the
/// tile.
struct TeamState {
  // Of each member. The first is read, the others change.
  TeamNumbers last_block;  ///< of the group, in which it has steps; -1 for none
  TeamNumbers next;        ///< first cycle not yet accounted for; never, where nobody is
  TeamNumbers last_issue;  ///< start - 1 before the first step
  TeamNumbers bank_stall, late;
  TeamNumbers waited;  ///< cycles waited for weights before a step, late or not
  // Read.
  const StepTables* tables = nullptr;
  const StepRows* rows = nullptr;  ///< of the group
  const TeamOperands* operands = nullptr;
  std::span<const memory::BlockVectors> blocks;
  std::size_t run_entries = 1;
  std::size_t I = 1;
  std::size_t banks = 0;
  std::int64_t threshold = 0;
  std::size_t known = 0;                     ///< entries of the stream whose arrival is known
  std::size_t first_told = 0;                ///< entry whose arrival is the first of these:
  const std::int64_t* arrival = nullptr;     ///< D[j]
  const std::int64_t* late_until = nullptr;  ///< last cycle with a late supply, at most D[j]
  // Changed.
  std::uint8_t* queues = nullptr;     ///< `[member][lane]`, updates per bank in cycle `next`
  std::size_t block = 0;              ///< of the group, at hand
  std::vector<TeamNumbers> run_pops;  ///< room for the pops of a run
  /// Receives, for each entry popped, when the last member popped it.
  std::int64_t* pops = nullptr;
  std::size_t popped = 0;
  std::uint32_t at = 0;  ///< vectors taken of the block
  /// When the last member popped the last entry; start before the first.
  std::int64_t last_popped = 0;
  /// The last run's last pass was a first pass: no member with steps in later runs has a queue
  /// above the threshold, and of members that did not step `rested` cycles have yet to pass for the
  /// queues.
  bool relieved = true;
  TeamNumbers rested;
  /// A bit for each member whose queues held it in the first pass of its last run, and of the one
  /// before that.
  std::uint8_t held = 0, held_before = 0;
  /// Queues held many steps of the last run of several passes: chooses between ways of equal
  /// results.
  bool contended = false;
};

/// Teams that take a run together, at most.
inline constexpr std::size_t kTogether = 8;

/// Takes every run whose weight vectors' arrivals are all known, with all members of some teams.
/// \param room  for `kTogether` numbers per vector of the longest run
/// \pre teams differ in their members alone, and stand at the same entry; the rows of all known
///      entries are made; `run_pops` has room for the longest run, and `pops` for every entry known
///      and not yet popped
void advance_steps(std::span<TeamState* const> teams, std::vector<TeamNumbers>& room);

/// Updates in the longest queue of a member.
[[nodiscard]] std::int64_t deepest_queue(const TeamState& state, std::size_t member);

}  // namespace scnn::pe
