/// What one engine made of a layer, as it travels from a child process to its parent.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "memory/counters.hpp"
#include "sim/run.hpp"
#include "tests/equivalence/random_case.hpp"

namespace scnn::test {

struct Outcome {
  std::string error;  ///< message of what ended the run, empty when nothing did
  std::int64_t kc = 0, temporal_tiles = 0;
  memory::Counters counters;
  std::vector<std::int64_t> accumulated;
  std::vector<float> output;
  std::string trace;  ///< the file, with the batch's last layer
};

/// Runs the batch on one machine of this process, which is traced, and writes an Outcome per
/// layer, up to and including the first with an error.
void run_batch(const Batch& batch, sim::Engine engine, std::FILE* to);

/// The outcomes that were written; fewer than layers when the child ended early.
[[nodiscard]] std::vector<Outcome> read_outcomes(const std::string& bytes);

}  // namespace scnn::test
