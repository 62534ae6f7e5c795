/// Tells a timeline what the decoupled machine did.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "pe/step_replay.hpp"
#include "pe/tile_job.hpp"
#include "pe/workers.hpp"
#include "sim/accelerator.hpp"
#include "sim/sequence_observer.hpp"
#include "sim/trace_recorder.hpp"

namespace scnn::sim {

/// When a group is drained, runs it again for each traced PE, from the arrivals the broadcast
/// has told. Groups outside the window are left out.
class TraceReplay : public SequenceObserver {
 public:
  TraceReplay(Accelerator& accelerator, pe::Workers& workers, TraceRecorder& recorder);

  void group_drained(const GroupTime& times) override;
  void tile_over(std::int64_t cycles) override;

 private:
  void start_tile();
  void tell_supply(std::int64_t cycles);

  Accelerator& accelerator_;
  pe::Workers& workers_;
  TraceRecorder& recorder_;
  std::deque<pe::StepReplay> replays_;  ///< by traced PE
  std::optional<pe::TileJob> job_;      ///< of the tile
  std::vector<GroupTime> groups_;       ///< of the tile, so far
  SupplyTrace supply_;
};

}  // namespace scnn::sim
