/// Times the machine on a workload: `scnn_bench MODE WORKLOAD THREADS [--benchmark_...]`.
///
/// One mode per process, because SystemC elaborates once. Layers are made and quantised
/// outside the measured time; what is measured is `Machine::run`: mapping and encoding of
/// the layer, the simulation, and with values their verification.

#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <span>
#include <string>

#include "bench/measured.hpp"
#include "bench/workload.hpp"
#include "sim/run.hpp"
#include "sparse_formats/error.hpp"

namespace {

using scnn::InputError;

constexpr const char* kUsage =
    "Usage: scnn_bench MODE WORKLOAD THREADS [--benchmark_...]\n"
    "       scnn_bench list        names of workloads, each with 'layer' or 'network'\n"
    "\n"
    "MODE       timing   decoupled engine, time and counters only\n"
    "           values   decoupled engine with values, verified\n"
    "           clocked  clocked engine, time and counters only\n"
    "WORKLOAD   a name printed by 'list', or a network file ending in .h5\n"
    "THREADS    threads of the machine\n";

scnn::sim::RunOptions options_for(const std::string& mode, int threads) {
  scnn::sim::RunOptions options;
  options.threads = threads;
  options.values = options.verify = mode == "values";
  if (mode == "clocked")
    options.engine = scnn::sim::Engine::clocked;
  else if (mode != "timing" && mode != "values")
    throw InputError("MODE", fmt::format("found '{}', expected timing, values or clocked", mode));
  return options;
}

int parse_threads(const std::string& text) {
  int threads = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), threads);
  if (error != std::errc() || end != text.data() + text.size() || threads < 1)
    throw InputError("THREADS", fmt::format("found '{}', expected a whole number from 1", text));
  return threads;
}

class MeasuredMachine : public scnn::bench::Measured {
 public:
  MeasuredMachine(const scnn::bench::Workload& workload, scnn::sim::RunOptions options)
      : workload_(workload), machine_(arch_, std::move(options)) {}

  void load(std::size_t i) override {
    layer_ = {};  // before the next is made: memory follows the largest layer
    layer_ = workload_.quantised(i);
    first_ = workload_.is_first(i);
  }

  void run() override { result_ = machine_.run(layer_, first_); }

  void describe(benchmark::State& state) const override {
    const auto& counters = result_.counters;
    const auto pes = static_cast<std::uint64_t>(arch_.pe_count());
    const auto say = [&state](const char* name, auto value) {
      state.counters[name] = static_cast<double>(value);
    };
    say("products", counters.products);
    say("steps", counters.steps);
    say("compute_cycles", counters.compute_cycles);
    say("pe_cycles", pes * counters.compute_cycles);
    say("weight_density", result_.weight_density);
    say("activation_density", result_.activation_density);
    say("verified", result_.verified ? 1 : 0);
  }

 private:
  scnn::memory::Architecture arch_;
  const scnn::bench::Workload& workload_;
  scnn::sim::Machine machine_;
  scnn::workloads::QuantisedLayer layer_;
  bool first_ = false;
  scnn::sim::LayerResult result_;
};

void print_list() {
  for (const auto& workload : scnn::bench::zoo_workloads())
    if (workload.listed)
      fmt::print("{} {}\n", workload.name, workload.layer.empty() ? "network" : "layer");
}

void run(std::span<char*> arguments) {
  if (arguments.size() == 2 && std::string(arguments[1]) == "list") return print_list();
  if (arguments.size() != 4)
    throw InputError("arguments", fmt::format("expected MODE WORKLOAD THREADS\n{}", kUsage));
  const scnn::bench::Workload workload(arguments[2]);
  MeasuredMachine machine(workload, options_for(arguments[1], parse_threads(arguments[3])));
  scnn::bench::measure(workload, machine);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv, [] { std::fputs(kUsage, stdout); });
  return scnn::bench::run_program("scnn_bench", [&] {
    run({argv, static_cast<std::size_t>(argc)});
  });
}
