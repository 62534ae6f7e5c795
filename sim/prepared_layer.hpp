/// A layer made ready for one machine after the other: what design points share.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "memory/architecture.hpp"
#include "sim/layer_job.hpp"
#include "workloads/network.hpp"

namespace scnn::sim {

/// Of a layer's outputs, what the counters need; the same whatever the timing.
struct OutputFacts {
  std::uint64_t overflows = 0;  ///< sums outside the accumulator range (S5)
  std::uint64_t stored = 0;     ///< elements in all OARAMs
  std::uint64_t fullest = 0;    ///< elements in the fullest OARAM
  bool verified = false;        ///< the sums agreed with the reference
};

/// A quantised layer with everything that can be computed before a machine runs it, and
/// kept for the next machine: its mapping and encoded weights, its non-zero products, and
/// once a machine has run it, what its outputs are.
///
/// Neither copied nor moved. One machine at a time may use it.
class PreparedLayer {
 public:
  /// Maps and encodes. \throws InputError when the accumulators cannot hold the layer (S10)
  PreparedLayer(std::shared_ptr<const workloads::QuantisedLayer> layer,
                const memory::Architecture& arch);
  PreparedLayer(const PreparedLayer&) = delete;
  PreparedLayer& operator=(const PreparedLayer&) = delete;

  [[nodiscard]] const workloads::QuantisedLayer& layer() const { return *layer_; }
  /// Products of non-zero operands, unsplit (S31).
  [[nodiscard]] std::uint64_t products() const { return products_; }
  [[nodiscard]] LayerJob& job() { return job_; }
  /// Also keeps the work of machines of one `machine_key`, for the next of them.
  void keep_work() { job_.keep_work(); }
  [[nodiscard]] const std::optional<OutputFacts>& outputs() const { return outputs_; }
  void keep_outputs(const OutputFacts& facts) { outputs_ = facts; }

 private:
  std::shared_ptr<const workloads::QuantisedLayer> layer_;
  std::uint64_t products_;
  LayerJob job_;
  std::optional<OutputFacts> outputs_;
};

/// The architecture with everything at its default that a prepared layer does not depend
/// on. Equal keys: a layer prepared for one architecture serves the other.
[[nodiscard]] memory::Architecture preparation_key(memory::Architecture arch);

/// The architecture with everything at its default that changes times and nothing else: DRAM,
/// FIFO, broadcast, PPU, clock, name and the sizes of IARAM and OARAM. Equal keys: a machine
/// of one can go on as the other.
[[nodiscard]] memory::Architecture machine_key(memory::Architecture arch);

}  // namespace scnn::sim
