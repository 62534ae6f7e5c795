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

}  // namespace scnn::sim
