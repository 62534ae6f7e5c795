/// What a network costs on the machine, in numbers that have means and lie between two others.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "tools/comparison.hpp"

namespace scnn::cli::accuracy {

/// Counts as real numbers: of one network, their mean over several, or between two densities.
struct Costs {
  double weights = 0.0, kept_weights = 0.0, nonzero_weights = 0.0;
  double value_bits = 0.0, index_bits = 0.0;  ///< of storage, with 8-bit weights
  double writes_without_bypass = 0.0, writes_with_bypass = 0.0;
  double weight_fifo_reads = 0.0, weight_fifo_writes = 0.0, iaram_reads = 0.0, oaram_writes = 0.0;
  double halo_transfers = 0.0, dram_weight_bits = 0.0, dram_activation_bits = 0.0;
  double products = 0.0, compute_cycles = 0.0, cycles = 0.0, dcnn_cycles = 0.0, oracle_cycles = 0.0;
  double energy_pj = 0.0;  ///< 0 where energies were not asked for

  // Ratios; nothing where the divisor is 0.
  [[nodiscard]] std::optional<double> density() const;        ///< kept share of the weights
  [[nodiscard]] std::optional<double> storage_ratio() const;  ///< of 8 bits for every weight
  [[nodiscard]] std::optional<double> index_share() const;    ///< of the stored bits
  [[nodiscard]] std::optional<double> speed_up() const;       ///< over DCNN
};

/// A count under the name that files give it.
struct CostInfo {
  std::string_view name;
  double Costs::*member;
};
/// A ratio of counts under its name.
struct CostRatio {
  std::string_view name;
  std::optional<double> (Costs::*of)() const;
};

/// All counts but the energy, in the order of files.
[[nodiscard]] std::span<const CostInfo> cost_table();
[[nodiscard]] std::span<const CostRatio> cost_ratios();

/// \param energy_pj  nothing: was not asked for
[[nodiscard]] Costs costs_of(const ComparedCounts& counts, std::optional<double> energy_pj);
/// \pre not empty
[[nodiscard]] Costs mean_of(std::span<const Costs> all);
/// `a` at 0, `b` at 1, every count on the straight line between.
[[nodiscard]] Costs between(const Costs& a, const Costs& b, double share);

}  // namespace scnn::cli::accuracy
