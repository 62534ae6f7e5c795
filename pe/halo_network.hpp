/// Halo network: carries sums to the PEs that own them (machine.md S7, S25).
#pragma once

#include <cstdint>
#include <span>
#include <systemc>

#include "memory/architecture.hpp"

namespace scnn::pe {

/// Sums of neighbouring outputs of one row: `[k][oy][ox .. ox+size)`.
struct HaloRow {
  std::int64_t k = 0, oy = 0, ox = 0;
  std::span<const std::int64_t> sums;
};

/// A PPU that owns outputs: adds what others computed for it.
class HaloReceiver : public virtual sc_core::sc_interface {
 public:
  virtual void receive(const HaloRow& row) = 0;
};

/// What a PPU sees of the network.
class HaloSink : public virtual sc_core::sc_interface {
 public:
  /// \param owner  PE number, row-major
  virtual void send(std::int64_t owner, const HaloRow& row) = 0;
};

/// Delivers at once: hops are not modelled (S7), the time is in S25.
class HaloNetwork : public sc_core::sc_module, public HaloSink {
 public:
  sc_core::sc_vector<sc_core::sc_port<HaloReceiver>> pes;

  HaloNetwork(const sc_core::sc_module_name& name, std::int64_t pe_count)
      : sc_core::sc_module(name), pes("pes", static_cast<std::size_t>(pe_count)) {}

  void send(std::int64_t owner, const HaloRow& row) override {
    pes[static_cast<std::size_t>(owner)]->receive(row);
  }
};

}  // namespace scnn::pe
