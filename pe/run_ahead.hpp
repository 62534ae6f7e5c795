/// One PE's time and work, computed ahead of the kernel (machine.md S15-S21, S28).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "memory/counters.hpp"
#include "memory/iaram.hpp"
#include "pe/bank_map.hpp"
#include "pe/coordinates.hpp"
#include "pe/fault.hpp"
#include "pe/tile_job.hpp"

namespace scnn::pe {

/// What is known of the broadcast: entries `[0, known)` of the tile's stream.
struct ArrivalView {
  std::size_t known = 0;
  const std::int64_t* cycle = nullptr;       ///< D[j] (S23)
  const std::int64_t* late_until = nullptr;  ///< last cycle with a late supply (S28)
};

/// A PE of the decoupled machine: multiplier array, crossbar and bank queues as one
/// recurrence.
///
/// A bank that serves one update per cycle is empty from a known cycle on, `free[b]`.
/// The next step issues in the first cycle that is after the previous issue, after
/// its weight vector's arrival, and at least `max_b free[b] - queue_threshold`; each of
/// its updates then moves its bank's `free[b]` one cycle on. No cycle needs to be
/// visited in which nothing issues.
///
/// Contract:
/// - cycles are counted from the start of the tile;
/// - `advance` takes whole runs (S15): a run starts when all its vectors have arrived
///   times that are known;
/// - counters grow as cycles become certain; `close` accounts for the wait at the
///   barrier, `idle` for what the array does afterwards.
class RunAhead {
 public:
  /// \param activations  the PE's part of the tile; outlives it
  void start_tile(const TileJob& job, std::int64_t pe, const memory::ActivationBuffer& activations,
                  const FaultPlan& fault);

  /// \param start        first cycle in which a step of the group may issue (S26)
  /// \param accumulators the group's buffer, one value per window entry, zeroed; empty
  ///                     when values are not wanted
  void start_group(std::int64_t group, std::int64_t start, std::span<std::int64_t> accumulators);

  /// Issues every step that can be placed with certainty.
  /// \return pop times of the entries popped, in stream order; valid until the next call
  std::span<const std::int64_t> advance(const ArrivalView& arrivals);

  [[nodiscard]] bool finished() const { return finished_; }
  /// Cycles elapsed when the PE had finished its group (S21).
  [[nodiscard]] std::int64_t finish_cycle() const { return finish_; }

  [[nodiscard]] const memory::Counters& counters() const { return counters_; }
  memory::Counters& counters() { return counters_; }

 private:
  struct Activation {
    std::int64_t term;
    const Outcome* rows;
    const Outcome* cols;
    std::int16_t value;
  };

  void pop_without_step(const ArrivalView& arrivals, std::size_t end);
  void run(const ArrivalView& arrivals, std::size_t first, std::size_t end,
           std::span<const Activation> activations);
  std::int64_t issue(std::span<const sparse::StoredWeight> weights,
                     std::span<const Activation> activations, std::int64_t earliest);
  void update(std::int64_t address, std::int64_t product, std::int64_t cycle);
  bool inject(std::int64_t& address);
  void account_wait(const ArrivalView& arrivals, std::int64_t from, std::int64_t to,
                    std::size_t last_entry);
  void finish(const ArrivalView& arrivals);
  [[nodiscard]] std::span<const Activation> block_activations() const;

  const TileJob* job_ = nullptr;
  FaultPlan fault_;
  BankMap banks_;
  std::vector<Activation> activations_;
  const memory::ActivationBuffer* buffer_ = nullptr;
  std::vector<CoordinateTables> tables_;  ///< one, kept alive for the pointers into it

  std::int64_t start_ = 0;
  std::size_t group_first_ = 0, group_end_ = 0;  ///< entries of the group
  std::span<const memory::BlockVectors> blocks_;
  std::size_t block_ = 0;     ///< block being worked on
  std::uint32_t at_ = 0;      ///< first entry of it not yet popped
  std::size_t unwaited_ = 0;  ///< first entry no wait has been accounted for
  std::int64_t last_issue_ = 0, last_pop_ = 0;
  std::vector<std::int64_t> free_;  ///< cycle from which a bank's queue is empty
  std::int64_t all_free_ = 0;       ///< the largest of them
  std::span<std::int64_t> accumulators_;
  std::vector<std::uint64_t> touched_;  ///< step that last updated an entry (S17)
  std::uint64_t step_number_ = 0;
  std::vector<std::int64_t> pops_;
  bool finished_ = false;
  std::int64_t finish_ = 0;
  memory::Counters counters_;
};

}  // namespace scnn::pe
