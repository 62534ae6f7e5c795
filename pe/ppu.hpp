/// Post-processing unit: drains sums, exchanges halos, applies bias and ReLU,
/// compresses (machine.md S25, S27).
#pragma once

#include <cstdint>
#include <span>
#include <systemc>
#include <vector>

#include "memory/architecture.hpp"
#include "memory/engine.hpp"
#include "memory/failures.hpp"
#include "memory/oaram.hpp"
#include "memory/wire.hpp"
#include "pe/accumulator_banks.hpp"
#include "pe/fault.hpp"
#include "pe/halo_network.hpp"
#include "pe/links.hpp"
#include "pe/output_kernel.hpp"

namespace scnn::pe {

/// Where finished outputs of a layer go when the machine hands them to its user.
class ResultSink : public virtual sc_core::sc_interface {
 public:
  /// One row of outputs an owner holds: sums before bias and ReLU, and values after.
  virtual void deliver(const HaloRow& sums, std::span<const double> outputs) = 0;
};

/// The outputs one PE owns: sums while they grow, values in their place at the end of the layer.
class OwnedOutputs {
 public:
  void begin(const OutputJob& job, std::int64_t pe);
  /// Adds a row that lies in the owned rectangle, or throws ModelError.
  void add(const HaloRow& row);
  [[nodiscard]] const Rect& rect() const { return rect_; }
  /// Sums of row `oy` of channel k. \pre the channel is not finished
  [[nodiscard]] std::span<const std::int64_t> row(std::int64_t k, std::int64_t oy) const;
  /// Output values of channel k, row by row (S27). \param out  one per output
  ChannelOutputs values(std::int64_t k, std::span<double> out) const;
  /// Keeps a channel's values instead of its sums.
  void finish(std::int64_t k, std::span<const double> values);
  /// Values of channel k. \pre it is finished
  void finished(std::int64_t k, std::span<double> out) const;

 private:
  [[nodiscard]] std::size_t index(std::int64_t k, std::int64_t oy, std::int64_t ox) const;

  const OutputJob* job_ = nullptr;
  Rect rect_;
  std::vector<std::int64_t> sums_;  ///< [K][rows][cols]; of finished channels, the bits of values
};

/// Clocked: `entries_per_cycle` entries per cycle, then `halo_entries_per_cycle` of
/// those that others own. Decoupled: a group at a time. Both report when done.
class Ppu : public sc_core::sc_module, public HaloReceiver {
 public:
  sc_core::sc_in<bool> clock{"clock"};
  memory::WireIn<DrainCommand> drain{"drain"};
  memory::WireOut<DrainReport> drained{"drained"};
  memory::WireIn<OutputCommand> output{"output"};
  memory::WireOut<OutputReport> output_report{"output_report"};
  sc_core::sc_port<SumSource> sums{"sums"};
  sc_core::sc_port<HaloSink> halo{"halo"};
  sc_core::sc_port<memory::OutputSink> oaram{"oaram"};
  sc_core::sc_port<ResultSink> results{"results"};

  Ppu(const sc_core::sc_module_name& name, const memory::Architecture& arch, std::int64_t pe,
      memory::Engine engine, memory::Failures& failures);

  void receive(const HaloRow& row) override { owned_.add(row); }
  void set_fault(const FaultPlan& fault) {
    if (fault.pe == pe_) fault_ = fault;
  }
  /// Entries sent to other PEs (S25).
  [[nodiscard]] std::uint64_t halo_transfers() const { return halo_transfers_; }
  [[nodiscard]] bool draining() const { return draining_; }

 private:
  /// A position in the group that is being drained.
  struct Cursor {
    std::int64_t channel = 0, oy = 0, ox = 0;
  };

  void tick();
  void drain_ahead();
  void handle_output();
  void measure();
  void compress(const OutputCommand& c);
  void begin_group(const DrainCommand& c);
  void list_owners(const TileJob& job);
  std::int64_t drain_entries(std::int64_t limit);
  void drain_row(std::int64_t channel, std::int64_t oy, Range cols);
  void hand_over(std::int64_t owner, const HaloRow& row);
  void finish_group();

  const memory::Architecture& arch_;
  std::int64_t pe_;
  memory::Failures& failures_;
  FaultPlan fault_;
  OwnedOutputs owned_;
  std::uint64_t halo_transfers_ = 0;

  /// Columns of the tile's reach whose outputs one PE owns.
  struct OwnedColumns {
    Range cols;
    std::int64_t owner = 0;  ///< from the row's first owner on
  };
  std::vector<OwnedColumns> owned_columns_;
  std::vector<std::int64_t> row_owner_;  ///< of the first column, by row of the reach
  std::uint64_t owners_tile_ = 0;

  DrainCommand active_;
  bool draining_ = false;
  Cursor cursor_;
  std::int64_t entries_left_ = 0, halo_left_ = 0, cycles_ = 0;
  std::int64_t drained_groups_ = 0;
  std::uint64_t drained_tile_ = 0;
};

}  // namespace scnn::pe
