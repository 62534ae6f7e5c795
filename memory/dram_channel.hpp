/// DRAM channel: brings the packed weight stream on chip (machine.md S22).
#pragma once

#include <cstdint>
#include <optional>
#include <systemc>

#include "memory/architecture.hpp"
#include "memory/dram.hpp"
#include "memory/engine.hpp"
#include "memory/failures.hpp"
#include "memory/links.hpp"
#include "memory/wire.hpp"

namespace scnn::memory {

/// Clocked: each rising edge reports the entries on chip in the coming cycle. The
/// decoupled broadcast asks DramStream for the cycles instead, and this module rests.
class DramChannel : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> clock{"clock"};
  WireIn<StreamCommand> command{"command"};
  WireOut<OnChipReport> on_chip{"on_chip"};

  DramChannel(const sc_core::sc_module_name& name, const Architecture& arch, Engine engine,
              Failures& failures);

  /// Entries of the tile on chip in the coming cycle; clocked only.
  [[nodiscard]] std::size_t on_chip_entries() const { return report_.count; }

 private:
  void tick();

  const Architecture& arch_;
  Failures& failures_;
  std::optional<DramStream> stream_;
  OnChipReport report_;
  std::int64_t cycle_ = 0;
};

}  // namespace scnn::memory
