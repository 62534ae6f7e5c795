/// What the step bypass saves, counted beside the machine (machine.md S17).
#pragma once

#include <cstdint>

#include "memory/architecture.hpp"
#include "workloads/network.hpp"

namespace scnn::sim {

/// Accumulator writes the layer has where updates of one step to one address are combined
/// into one, whatever `accumulator.bypass` says.
///
/// Which products meet in a step depends on the mapping and the blocks, not on time, so the
/// number is exactly `accumulator_writes` of a run with `bypass = "step"`. A process has one
/// machine and hence one architecture; this tells what the other bypass would do.
/// \throws InputError when the accumulators cannot hold the layer (S10)
[[nodiscard]] std::uint64_t step_bypass_writes(const workloads::QuantisedLayer& layer,
                                               const memory::Architecture& arch);

/// Updates of a layer, and what is left of them where those to one address are combined.
struct StepWrites {
  std::uint64_t updates = 0;   ///< products that reach an output
  std::uint64_t combined = 0;  ///< accumulator writes
};

/// The same for a bypass over `window` consecutive steps of a PE, from 1, in the order of
/// S15 and within a K-group. The machine offers none or one; this tells what more would bring.
/// \throws InputError when the accumulators cannot hold the layer (S10)
[[nodiscard]] StepWrites step_writes(const workloads::QuantisedLayer& layer,
                                     const memory::Architecture& arch, std::uint64_t window);

}  // namespace scnn::sim
