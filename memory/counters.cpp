#include "memory/counters.hpp"

namespace scnn::memory {

const std::array<CounterInfo, 28>& counter_table() {
  using C = Counters;
  static constexpr std::array<CounterInfo, 28> table{{
      {"accumulator_overflows", "outputs", "outputs outside the signed accumulator range (S5)",
       &C::accumulator_overflows},
      {"accumulator_reads", "accesses", "accumulator entries read (S30)", &C::accumulator_reads},
      {"accumulator_writes", "accesses", "updates after the step bypass (S29)",
       &C::accumulator_writes},
      {"backpressure_wait", "PE-cycles", "another PE's full FIFO held the broadcast (S28)",
       &C::backpressure_wait},
      {"bank_stall", "PE-cycles", "a bank queue above its threshold, or still draining (S28)",
       &C::bank_stall},
      {"barrier_wait", "PE-cycles", "finished, waiting for the slowest PE (S28)", &C::barrier_wait},
      {"buffer_wait", "PE-cycles", "waiting for a free accumulator buffer (S26, S28)",
       &C::buffer_wait},
      {"compute_cycles", "cycles", "end of the last drain (S27)", &C::compute_cycles},
      {"cycles", "cycles", "compute_cycles, or DRAM traffic where that is longer (S27)",
       &C::cycles},
      {"dcnn_cycles", "cycles", "the dense baseline (S32)", &C::dcnn_cycles},
      {"drain", "PE-cycles", "after the last barrier of a tile (S28)", &C::drain},
      {"dram_activation_bits", "bits", "activations through DRAM (S27)", &C::dram_activation_bits},
      {"dram_weight_bits", "bits", "weights from DRAM, indices included (S27)",
       &C::dram_weight_bits},
      {"dropped_plane", "products", "output outside the plane (S16)", &C::dropped_plane},
      {"dropped_stride", "products", "not on the stride (S16)", &C::dropped_stride},
      {"halo_transfers", "entries", "outputs sent to the PE that owns them (S25)",
       &C::halo_transfers},
      {"iaram_reads", "accesses", "activation vectors read, once per run (S30)", &C::iaram_reads},
      {"issue", "PE-cycles", "a step issues (S28)", &C::issue},
      {"oaram_writes", "entries", "stored output elements (S27)", &C::oaram_writes},
      {"oracle_cycles", "cycles", "products over multipliers (S31)", &C::oracle_cycles},
      {"products", "products", "both operands non-zero (S29)", &C::products},
      {"slots", "products", "steps * F * I (S29)", &C::slots},
      {"steps", "steps", "activation vector times weight vector (S15)", &C::steps},
      {"updates", "updates", "products that reach an accumulator (S16)", &C::updates},
      {"weight_fifo_reads", "accesses", "weight vectors read, one per step (S30)",
       &C::weight_fifo_reads},
      {"weight_fifo_writes", "accesses", "weight vectors delivered times PEs (S30)",
       &C::weight_fifo_writes},
      {"weight_index_bits", "bits", "index part of dram_weight_bits (S30)", &C::weight_index_bits},
      {"weight_wait", "PE-cycles", "the weight supply is late (S28)", &C::weight_wait},
  }};
  return table;
}

Counters& Counters::operator+=(const Counters& other) {
  for (const auto& info : counter_table()) this->*info.member += other.*info.member;
  return *this;
}

}  // namespace scnn::memory
