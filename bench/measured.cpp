#include "bench/measured.hpp"

#include <chrono>
#include <cstdio>
#include <fstream>
#include <optional>

#include "sparse_formats/error.hpp"

namespace scnn::bench {
namespace {

double seconds_of(Measured& measured) {
  const auto before = std::chrono::steady_clock::now();
  measured.run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
}

}  // namespace

// Not getrusage: its maximum starts with the memory of whoever started the process.
std::uint64_t peak_bytes() {
  std::ifstream status("/proc/self/status");
  std::string word;
  std::uint64_t kibibytes = 0;
  while (status >> word)
    if (word == "VmHWM:" && status >> kibibytes) return kibibytes * 1024;
  return 0;
}

void measure(const Workload& workload, Measured& measured) {
  benchmark::AddCustomContext("compiler", SCNN_BENCH_COMPILER);
  benchmark::AddCustomContext("flags", SCNN_BENCH_FLAGS);
  std::optional<std::size_t> loaded;  // repetitions of a benchmark follow each other
  for (std::size_t i = 0; i < workload.size(); ++i) {
    const auto body = [&measured, &loaded, &workload, i](benchmark::State& state) {
      if (loaded != i) {
        measured.load(i);
        measured.run();
        loaded = i;
      }
      for ([[maybe_unused]] auto _ : state) state.SetIterationTime(seconds_of(measured));
      state.counters["multiplies"] = static_cast<double>(workload.spec(i).shape.multiplies());
      state.counters["peak_bytes"] = static_cast<double>(peak_bytes());
      measured.describe(state);
    };
    benchmark::RegisterBenchmark(workload.spec(i).name.c_str(), body)
        ->UseManualTime()
        ->Iterations(1)
        ->Unit(benchmark::kSecond);
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}

int run_program(const std::string& name, const std::function<void()>& body) try {
  body();
  return 0;
} catch (const InputError& error) {
  std::fprintf(stderr, "%s: error: %s\n", name.c_str(), error.what());
  return 2;
} catch (const VerificationError& error) {
  std::fprintf(stderr, "%s: error: %s\n", name.c_str(), error.what());
  return 3;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s: error: %s\n", name.c_str(), error.what());
  return 1;
}

}  // namespace scnn::bench
