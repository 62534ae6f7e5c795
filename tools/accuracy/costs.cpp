#include "tools/accuracy/costs.hpp"

#include <array>

namespace scnn::cli::accuracy {
namespace {

constexpr double kDenseBits = 8.0;  // of a weight that storage is compared with

constexpr std::array kTable{
    CostInfo{"weights", &Costs::weights},
    CostInfo{"kept_weights", &Costs::kept_weights},
    CostInfo{"nonzero_weights", &Costs::nonzero_weights},
    CostInfo{"storage_value_bits", &Costs::value_bits},
    CostInfo{"storage_index_bits", &Costs::index_bits},
    CostInfo{"accumulator_writes_without_bypass", &Costs::writes_without_bypass},
    CostInfo{"accumulator_writes_with_step_bypass", &Costs::writes_with_bypass},
    CostInfo{"weight_fifo_reads", &Costs::weight_fifo_reads},
    CostInfo{"weight_fifo_writes", &Costs::weight_fifo_writes},
    CostInfo{"iaram_reads", &Costs::iaram_reads},
    CostInfo{"oaram_writes", &Costs::oaram_writes},
    CostInfo{"halo_transfers", &Costs::halo_transfers},
    CostInfo{"dram_weight_bits", &Costs::dram_weight_bits},
    CostInfo{"dram_activation_bits", &Costs::dram_activation_bits},
    CostInfo{"products", &Costs::products},
    CostInfo{"compute_cycles", &Costs::compute_cycles},
    CostInfo{"cycles", &Costs::cycles},
    CostInfo{"dcnn_cycles", &Costs::dcnn_cycles},
    CostInfo{"oracle_cycles", &Costs::oracle_cycles},
};

constexpr std::array kRatios{
    CostRatio{"density", &Costs::density},
    CostRatio{"storage_ratio", &Costs::storage_ratio},
    CostRatio{"index_share", &Costs::index_share},
    CostRatio{"speed_up", &Costs::speed_up},
};

std::optional<double> quotient(double a, double b) {
  return b == 0.0 ? std::nullopt : std::optional(a / b);
}

/// Calls `each` for every count, the energy included.
template <class Each>
void for_every(Each&& each) {
  for (const CostInfo& info : kTable) each(info.member);
  each(&Costs::energy_pj);
}

}  // namespace

std::optional<double> Costs::density() const { return quotient(kept_weights, weights); }
std::optional<double> Costs::storage_ratio() const {
  return quotient(value_bits + index_bits, kDenseBits * weights);
}
std::optional<double> Costs::index_share() const {
  return quotient(index_bits, value_bits + index_bits);
}
std::optional<double> Costs::speed_up() const { return quotient(dcnn_cycles, cycles); }

std::span<const CostInfo> cost_table() { return kTable; }
std::span<const CostRatio> cost_ratios() { return kRatios; }

Costs costs_of(const ComparedCounts& counts, std::optional<double> energy_pj) {
  const auto real = [](std::uint64_t n) { return static_cast<double>(n); };
  const memory::Counters& c = counts.counters;
  return {.weights = real(counts.storage.weights),
          .kept_weights = real(counts.kept_weights),
          .nonzero_weights = real(counts.storage.nonzero),
          .value_bits = real(counts.storage.value_bits),
          .index_bits = real(counts.storage.index_bits),
          .writes_without_bypass = real(counts.writes_without_bypass),
          .writes_with_bypass = real(counts.writes_with_bypass),
          .weight_fifo_reads = real(c.weight_fifo_reads),
          .weight_fifo_writes = real(c.weight_fifo_writes),
          .iaram_reads = real(c.iaram_reads),
          .oaram_writes = real(c.oaram_writes),
          .halo_transfers = real(c.halo_transfers),
          .dram_weight_bits = real(c.dram_weight_bits),
          .dram_activation_bits = real(c.dram_activation_bits),
          .products = real(c.products),
          .compute_cycles = real(c.compute_cycles),
          .cycles = real(c.cycles),
          .dcnn_cycles = real(c.dcnn_cycles),
          .oracle_cycles = real(c.oracle_cycles),
          .energy_pj = energy_pj.value_or(0.0)};
}

Costs mean_of(std::span<const Costs> all) {
  Costs mean;
  for_every([&](double Costs::*member) {
    for (const Costs& one : all) mean.*member += one.*member;
    mean.*member /= static_cast<double>(all.size());
  });
  return mean;
}

Costs between(const Costs& a, const Costs& b, double share) {
  Costs result;
  for_every(
      [&](double Costs::*member) { result.*member = a.*member + share * (b.*member - a.*member); });
  return result;
}

}  // namespace scnn::cli::accuracy
