/// Google Benchmark as both programs use it: one benchmark per layer, timed by hand.
#pragma once

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "bench/workload.hpp"

namespace scnn::bench {

/// Work to be timed for one layer at a time.
class Measured {
 public:
  virtual ~Measured() = default;
  /// Prepares layer `i`, outside the measured time; replaces the layer before it.
  virtual void load(std::size_t i) = 0;
  /// What is measured.
  virtual void run() = 0;
  /// Says what `run` did, as counters of the benchmark.
  virtual void describe(benchmark::State& state) const = 0;
};

/// Measures every layer of the workload, each `--benchmark_repetitions` times after one
/// run that is not counted. Options of Google Benchmark are taken out of `argv` by the
/// caller; results go where they say.
///
/// Each benchmark has the layer's name and the counters `multiplies` (of the dense layer)
/// and `peak_bytes` (the process's largest resident memory so far), besides those of
/// `Measured::describe`.
void measure(const Workload& workload, Measured& measured);

/// Runs `body` as a program: messages on stderr, exit statuses of docs/formats.md.
int run_program(const std::string& name, const std::function<void()>& body);

/// Largest resident memory of this process so far; 0 where /proc does not say.
[[nodiscard]] std::uint64_t peak_bytes();

}  // namespace scnn::bench
