/// Steps one product at a time: any architecture, any layer, and the faults of tests.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "memory/counters.hpp"
#include "memory/iaram.hpp"
#include "memory/weight_stream.hpp"
#include "pe/bank_map.hpp"
#include "pe/coordinates.hpp"
#include "pe/fault.hpp"
#include "pe/step_observer.hpp"
#include "pe/tile_job.hpp"

namespace scnn::pe {

/// What a PE's steps read and change. Cycles are counted from the start of the tile.
struct StepState {
  // Read.
  std::span<const memory::BlockVectors> blocks;
  std::size_t run_entries = 1;
  std::int64_t threshold = 0;
  std::int64_t start = 0;                    ///< of the group
  std::size_t known = 0;                     ///< entries whose arrival is known
  const std::int64_t* arrival = nullptr;     ///< D[j]
  const std::int64_t* late_until = nullptr;  ///< last cycle with a late supply
  // Changed.
  std::size_t block = 0;
  std::uint32_t at = 0;
  std::size_t unwaited = 0;
  std::int64_t last_issue = 0, last_pop = 0;
  std::uint64_t steps = 0, bank_stall = 0, weight_wait = 0, backpressure_wait = 0, iaram_reads = 0;
  std::int64_t* pops = nullptr;  ///< receives the pop times of the entries popped
  std::size_t popped = 0;
};

/// Cycles of `[from, to]` in which a PE that waits for an entry waits for a late supply
/// (S28); entries as in `visit_waits`.
[[nodiscard]] std::int64_t late_cycles(const std::int64_t* arrival, const std::int64_t* late_until,
                                       std::size_t first, std::size_t last, std::int64_t from,
                                       std::int64_t to);

/// What the step kernel does, for one PE and for whatever the kernel cannot take.
///
/// A bank that serves one update per cycle is empty from a known cycle on, `free[b]`. A step
/// issues no earlier than `max_b free[b] - queue_threshold`; each of its updates moves
/// its bank's `free[b]` one cycle on.
class GeneralSteps {
 public:
  void start_tile(const TileJob& job, std::int64_t pe, const memory::ActivationBuffer& activations,
                  const FaultPlan& fault);
  /// \param sums  by window address; empty when not wanted here
  void start_group(std::span<std::int64_t> sums) { sums_ = sums; }
  /// Tells every step from now on. \param observer  outlives the steps
  void observe(StepObserver& observer) { observer_ = &observer; }

  /// Issues every step that can be placed with certainty; see RunAhead.
  void advance(StepState& state);

  /// Cycle from which all queues are empty.
  [[nodiscard]] std::int64_t all_free() const { return all_free_; }
  /// Updates in all queues at the end of `cycle`. \pre no step that is placed issues later
  [[nodiscard]] std::int64_t queued(std::int64_t cycle) const;
  /// Products and what became of them.
  [[nodiscard]] const memory::Counters& counters() const { return counters_; }
  memory::Counters& counters() { return counters_; }

 private:
  struct Activation {
    std::int64_t term;
    const Outcome* rows;
    const Outcome* cols;
    std::int16_t value;
  };

  void pop_without_step(StepState& s, std::size_t entry, std::size_t end) const;
  void run(StepState& s, std::size_t entry, std::size_t end,
           std::span<const Activation> activations);
  std::int64_t wait(StepState& s, std::size_t entry, std::int64_t earliest) const;
  void issue(std::size_t entry, std::span<const Activation> activations, std::int64_t cycle);
  void update(std::int64_t address, std::int64_t product, std::int64_t cycle);
  bool inject(std::int64_t& address);

  const TileJob* job_ = nullptr;
  const memory::ActivationBuffer* buffer_ = nullptr;
  FaultPlan fault_;
  BankMap banks_;
  std::vector<CoordinateTables> tables_;  ///< one, kept alive for the pointers into it
  std::vector<Activation> activations_;
  std::vector<std::int64_t> free_;  ///< cycle from which a bank's queue is empty
  std::int64_t all_free_ = 0;       ///< the largest of them
  std::span<std::int64_t> sums_;
  bool combine_ = false;                ///< S17
  std::vector<std::uint64_t> touched_;  ///< step that last updated an entry
  std::uint64_t step_ = 0;
  memory::Counters counters_;
  StepObserver* observer_ = nullptr;
};

}  // namespace scnn::pe
