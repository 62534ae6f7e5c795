/// Random architectures and layers over every option of the machine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "memory/architecture.hpp"
#include "sim/trace_options.hpp"
#include "tests/equivalence/choices.hpp"
#include "workloads/network.hpp"

namespace scnn::test {

/// An architecture with every option drawn.
[[nodiscard]] memory::Architecture draw_architecture(Choices& choices);

struct RandomLayer {
  workloads::QuantisedLayer layer;
  bool first = false;  ///< of its network (S27)
  std::vector<Choice> choices;
};

/// A layer with every option drawn that the architecture can run.
/// \throws InputError when none of many drawn layers fits its accumulators
[[nodiscard]] RandomLayer draw_layer(Draw& draw, const memory::Architecture& arch,
                                     const std::string& name);

/// What is run on one machine.
struct Batch {
  memory::Architecture arch;
  int threads = 1;
  std::vector<Choice> choices;  ///< of the architecture
  std::vector<RandomLayer> layers;
  sim::TraceOptions trace;  ///< without a file name
};

/// Batch `index` of a seed: a pure function of the two and of `layers`.
[[nodiscard]] Batch draw_batch(std::int64_t seed, std::int64_t index, std::int64_t layers);

}  // namespace scnn::test
