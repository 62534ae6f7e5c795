/// Tells a timeline what the clocked machine did.
#pragma once

#include <cstdint>
#include <systemc>
#include <vector>

#include "memory/failures.hpp"
#include "sim/accelerator.hpp"
#include "sim/sequence_observer.hpp"
#include "sim/trace_recorder.hpp"

namespace scnn::sim {

/// Looks at the traced PEs, the DRAM channel and the broadcast after each rising edge.
class TraceProbe : public sc_core::sc_module, public SequenceObserver {
 public:
  TraceProbe(const sc_core::sc_module_name& name, Accelerator& accelerator, TraceRecorder& recorder,
             memory::Failures& failures);

  void group_drained(const GroupTime& times) override { groups_.push_back(times); }
  void tile_over(std::int64_t cycles) override;

 private:
  void sample();
  void look_at_pes();

  Accelerator& accelerator_;
  TraceRecorder& recorder_;
  memory::Failures& failures_;
  std::int64_t cycle_ = 0;   ///< of the tile
  std::int64_t group_ = -1;  ///< that the cycle before belongs to
  std::vector<GroupTime> groups_;
  SupplyTrace supply_;
};

}  // namespace scnn::sim
