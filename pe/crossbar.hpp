/// Scatter crossbar: routes the products of a step to accumulator banks
/// (machine.md S16, S17).
#pragma once

#include <cstdint>
#include <span>
#include <systemc>
#include <vector>

#include "memory/architecture.hpp"
#include "memory/failures.hpp"
#include "pe/accumulator_banks.hpp"
#include "pe/bank_map.hpp"
#include "pe/fault.hpp"
#include "pe/tile_job.hpp"

namespace scnn::pe {

/// A product on its way to an accumulator entry.
struct AccumulatorUpdate {
  std::int64_t address = 0;  ///< in the PE's window
  std::int64_t value = 0;
};

/// What the multiplier array hands over in one cycle; a bubble has no updates.
struct StepProducts {
  std::span<const AccumulatorUpdate> updates;
  std::int64_t group = 0;
  bool last = false;  ///< every step of the group has issued, every vector is popped
};

class ProductSink : public virtual sc_core::sc_interface {
 public:
  virtual void route(const StepProducts& step) = 0;
};

/// Combines updates of one step to the same address (S17), in place.
/// \param scratch  at least one element per window entry; contents are not kept
class StepBypass {
 public:
  void resize(std::int64_t window_entries);
  void combine(std::vector<AccumulatorUpdate>& updates);

 private:
  std::vector<std::uint64_t> step_of_;   ///< step that last touched an entry
  std::vector<std::uint32_t> position_;  ///< and where its update stands
  std::uint64_t step_ = 0;
};

/// Clocked: takes the products of the cycle, gives each its bank.
class Crossbar : public sc_core::sc_module, public ProductSink {
 public:
  sc_core::sc_port<UpdateSink> banks{"banks"};

  Crossbar(const sc_core::sc_module_name& name, const memory::Architecture& arch,
           memory::Engine engine, memory::Failures& failures);

  void route(const StepProducts& step) override;
  void begin_tile(const TileJob& job, std::int64_t pe, const FaultPlan& fault);

 private:
  void tick();

  const memory::Architecture& arch_;
  memory::Failures& failures_;
  FaultPlan fault_;
  std::int64_t window_entries_ = 0;
  BankMap map_;
  StepBypass bypass_;
  std::vector<AccumulatorUpdate> updates_;
  std::vector<BankUpdate> routed_;
  std::int64_t group_ = 0;
  bool last_ = false;
  sc_core::sc_event received_;
};

}  // namespace scnn::pe
