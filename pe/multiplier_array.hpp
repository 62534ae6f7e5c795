/// Multiplier array with its step sequence and coordinate computation
/// (machine.md S15-S20, S28).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <systemc>
#include <vector>

#include "memory/counters.hpp"
#include "memory/failures.hpp"
#include "memory/iaram.hpp"
#include "memory/weight_fifo.hpp"
#include "memory/wire.hpp"
#include "pe/accumulator_banks.hpp"
#include "pe/activity.hpp"
#include "pe/coordinates.hpp"
#include "pe/crossbar.hpp"
#include "pe/fault.hpp"
#include "pe/links.hpp"
#include "pe/timeline.hpp"

namespace scnn::pe {

/// Where a PE is in the order of S15: block, run, activation vector, weight vector.
///
/// Entries are numbered as in the tile's stream. Blocks without vectors are passed
/// over; a block without stored activations has vectors but no steps.
class StepSequence {
 public:
  void start(const TileJob& job, std::int64_t group, const memory::ActivationSource& activations);

  /// Every vector of the group has been popped.
  [[nodiscard]] bool done() const { return block_ == blocks_.size(); }
  [[nodiscard]] std::uint64_t steps_left() const { return steps_left_; }
  [[nodiscard]] std::size_t group_end() const { return group_end_; }

  /// The vectors of the current block leave without a step.
  [[nodiscard]] bool at_idle_block() const { return !done() && activations_.empty(); }
  /// The entry the next step or pop is about.
  [[nodiscard]] std::size_t entry() const { return blocks_[block_].first + at_; }
  /// The next step's activation vector.
  [[nodiscard]] std::span<const sparse::StoredActivation> vector() const;
  /// The next step's block, also while entries before it leave without one; `kNoBlock` when
  /// there is none.
  [[nodiscard]] std::int32_t step_block() const;
  /// The next step is the first of its activation vector in this run.
  [[nodiscard]] bool first_of_vector() const { return at_ == run_first_; }
  /// The next step's weight vector leaves the FIFO with it.
  [[nodiscard]] bool last_pass() const;

  /// An entry left without a step.
  void pass_idle();
  /// A step issued.
  void advance();

 private:
  void enter_block();
  [[nodiscard]] std::uint32_t run_end() const;

  const memory::ActivationSource* source_ = nullptr;
  std::size_t I_ = 1;
  std::uint32_t run_entries_ = 1;
  std::span<const memory::BlockVectors> blocks_;
  std::size_t block_ = 0, group_end_ = 0;
  std::uint32_t at_ = 0, run_first_ = 0;
  std::size_t activation_ = 0;
  std::span<const sparse::StoredActivation> activations_;
  std::uint64_t steps_left_ = 0;
};

/// Clocked: issues at most one step per cycle, once the FIFO has taken the cycle's
/// arrivals, and gives every cycle its activity.
class MultiplierArray : public sc_core::sc_module {
 public:
  memory::WireIn<PeCommand> command{"command"};
  sc_core::sc_port<memory::WeightSource> weights{"weights"};
  sc_core::sc_port<memory::ActivationSource> activations{"activations"};
  sc_core::sc_port<ProductSink> products{"products"};
  sc_core::sc_port<BankStatus> banks{"banks"};

  MultiplierArray(const sc_core::sc_module_name& name, const memory::Architecture& arch,
                  memory::Engine engine, memory::Failures& failures);

  void begin_tile(const TileJob& job, std::int64_t pe, const FaultPlan& fault);
  [[nodiscard]] const memory::Counters& counters() const { return counters_; }
  memory::Counters& counters() { return counters_; }
  /// Of the last cycle; clocked only.
  [[nodiscard]] Activity activity() const { return activity_; }
  /// From now on `step_block` is known.
  void observe() { observed_ = true; }
  /// Block of the step that issued in the last cycle, or was waited for; `kNoBlock` when all
  /// have issued.
  [[nodiscard]] std::int32_t step_block() const { return step_block_; }

 private:
  void tick();
  Activity run_cycle(const PeCommand& c);
  void count(Activity activity);
  void pop_idle_blocks();
  bool try_issue(std::int64_t deepest_queue);
  void multiply(std::span<const sparse::StoredWeight> w,
                std::span<const sparse::StoredActivation> a);

  const memory::Architecture& arch_;
  memory::Failures& failures_;
  const TileJob* job_ = nullptr;
  FaultPlan fault_;
  std::optional<CoordinateUnit> coordinates_;
  std::int64_t group_ = -1;
  StepSequence sequence_;
  std::vector<AccumulatorUpdate> updates_;
  memory::Counters counters_;
  Activity activity_ = Activity::none;
  bool observed_ = false;
  std::int32_t step_block_ = kNoBlock;
};

}  // namespace scnn::pe
