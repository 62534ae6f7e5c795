/// Layer sequencer: tiles, groups, barriers, drains, outputs (machine.md S15, S24-S27).
#pragma once

#include <cstdint>
#include <systemc>
#include <vector>

#include "memory/architecture.hpp"
#include "memory/engine.hpp"
#include "memory/failures.hpp"
#include "memory/links.hpp"
#include "memory/wire.hpp"
#include "pe/fault.hpp"
#include "pe/links.hpp"
#include "pe/rehearsal.hpp"
#include "pe/workers.hpp"
#include "sim/detail.hpp"
#include "sim/layer_job.hpp"
#include "sim/sequence_observer.hpp"

namespace scnn::sim {

/// What the sequencer knows when a layer is over.
struct LayerTiming {
  std::int64_t compute_cycles = 0;
  std::uint64_t overflows = 0;
  std::uint64_t output_stored = 0;   ///< elements in all OARAMs
  std::uint64_t output_fullest = 0;  ///< elements in the fullest OARAM
  std::vector<GroupTime> groups;     ///< when they are to be kept
};

/// What both engines' sequencers share: the ports, and the outputs at the layer's end.
///
/// `start` is the one call from outside the kernel; the layer then runs under sc_start,
/// which returns (sc_pause) when `done()`.
class Sequencer : public sc_core::sc_module {
 public:
  memory::WireOut<memory::StreamCommand> stream{"stream"};
  memory::WireOut<pe::PeCommand> command{"command"};
  sc_core::sc_vector<memory::WireIn<pe::FinishReport>> finish;
  memory::WireOut<pe::DrainCommand> drain{"drain"};
  sc_core::sc_vector<memory::WireIn<pe::DrainReport>> drained;
  memory::WireOut<pe::OutputCommand> output{"output"};
  sc_core::sc_vector<memory::WireIn<pe::OutputReport>> output_reports;

  void start(const LayerJob& job);
  /// Keeps the times of groups from the next layer on.
  void keep_group_times() { keeps_groups_ = true; }
  /// Tells of groups and tiles from the next layer on. \param observer  outlives the runs
  void observe(SequenceObserver& observer) {
    observer_ = &observer;
    keeps_groups_ = true;
  }
  [[nodiscard]] bool done() const { return done_; }
  [[nodiscard]] const LayerTiming& timing() const { return timing_; }

 protected:
  Sequencer(const sc_core::sc_module_name& name, const memory::Architecture& arch,
            const pe::FaultPlan& fault, memory::Failures& failures);

  /// Called in the kernel when a layer begins.
  virtual void begin_layer() = 0;

  void send_stream(bool active);
  void send_command(pe::ArrayPhase phase, std::int64_t group, std::int64_t barrier,
                    std::int64_t cycle);
  void send_drain(std::int64_t group);
  /// PE p takes part in barriers; a planned fault leaves one out.
  [[nodiscard]] bool waits_for(std::size_t p) const;
  /// All PEs that are waited for have finished group g.
  [[nodiscard]] bool all_finished(std::int64_t group) const;
  [[nodiscard]] bool all_drained(std::int64_t group) const;
  void begin_outputs();
  /// Group times of the tile are counted from its start, those of the layer from the layer's.
  void keep(GroupTime times);
  [[nodiscard]] bool keeps_groups() const { return keeps_groups_; }
  /// The tile has taken this many cycles.
  void add_tile(std::int64_t cycles);

  [[nodiscard]] const pe::TileJob& tile() const { return job_->tiles()[tile_index_]; }
  [[nodiscard]] bool last_tile() const { return tile_index_ + 1 == job_->tiles().size(); }

  const memory::Architecture& arch_;
  memory::Failures& failures_;
  pe::FaultPlan fault_;
  const LayerJob* job_ = nullptr;
  std::size_t tile_index_ = 0;
  std::uint64_t tile_serial_ = 0;
  LayerTiming timing_;

 private:
  void begin();
  void follow_outputs();
  [[nodiscard]] bool all_reported(pe::OutputStage stage) const;
  void send_output(pe::OutputStage stage, double scale);

  std::uint64_t command_serial_ = 0;
  pe::OutputStage stage_ = pe::OutputStage::none;
  bool done_ = true;
  bool keeps_groups_ = false;
  SequenceObserver* observer_ = nullptr;
  sc_core::sc_event begin_;
};

/// Decoupled: acts when all PEs have reported; moves kernel time to each group's start.
class DecoupledSequencer : public Sequencer {
 public:
  DecoupledSequencer(const sc_core::sc_module_name& name, const memory::Architecture& arch,
                     const pe::FaultPlan& fault, pe::Workers& workers, pe::Rehearsal& rehearsal,
                     memory::Failures& failures);

 private:
  enum class State : std::uint8_t { idle, waiting, running, draining, leaving };

  void begin_layer() override;
  void step();
  void begin_tile();
  void begin_group(std::int64_t group);
  void launch();
  [[nodiscard]] const pe::GroupRecord* record();
  [[nodiscard]] pe::RowsMade rows_made();
  void group_over();
  void group_drained();

  pe::Workers& workers_;
  pe::Rehearsal& rehearsal_;
  State state_ = State::idle;
  std::int64_t group_ = 0, start_ = 0;
  std::int64_t barrier_ = 0;                       ///< B of the last group over
  std::int64_t first_finish_ = 0;                  ///< of its PEs
  std::int64_t drain_end_ = 0, drain_before_ = 0;  ///< of the last group drained, and before
  bool drained_all_ = false;                       ///< the tile's last drain is over
  sc_core::sc_time tile_origin_;
  sc_core::sc_event proceed_;
};

/// Clocked: one decision per falling edge, between the PEs' rising edges. Counts
/// cycles instead of computing them.
class ClockedSequencer : public Sequencer {
 public:
  sc_core::sc_in<bool> clock{"clock"};

  ClockedSequencer(const sc_core::sc_module_name& name, const memory::Architecture& arch,
                   const pe::FaultPlan& fault, memory::Failures& failures);

 private:
  void begin_layer() override;
  void tick();
  void begin_tile();
  void settle();
  bool settle_drain();
  bool settle_barrier();
  bool settle_start();
  void announce();
  void leave_tile();
  [[nodiscard]] bool drains_at_once(std::int64_t group) const;
  void note_first_finish();
  void group_drained();

  bool active_ = false;
  std::int64_t elapsed_ = 0;  ///< cycles of the tile that are over
  std::int64_t started_ = 0;  ///< groups started
  std::int64_t over_ = 0;     ///< groups all PEs have finished
  std::int64_t drained_groups_ = 0;
  bool draining_ = false;
  std::vector<GroupTime> times_;  ///< of the tile's groups started, when they are kept
  pe::ArrayPhase announced_ = pe::ArrayPhase::idle;
  std::int64_t announced_group_ = -1;
  sc_core::sc_event leave_;
};

}  // namespace scnn::sim
