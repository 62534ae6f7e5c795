// Machines that differ in timing alone, one after the other in one process, share what they
// can; random layers must go on each of them as they go on a machine of its own.
//
//   reuse [--layers N] [--seed S]
//
// Exit 0 all agree and something was shared, 1 otherwise, 2 wrong usage.

#include <fmt/format.h>

#include <memory>
#include <sstream>

#include "sim/prepared_layer.hpp"
#include "sim/run.hpp"
#include "tests/equivalence/random_case.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/integer_options.hpp"

namespace {

using namespace scnn;
using namespace scnn::test;

constexpr std::int64_t kLayersPerBatch = 2;
constexpr unsigned kSecondsPerBatch = 300;

struct Arguments {
  std::int64_t layers = 300, seed = 1;
};

/// Another architecture of the same machine.
memory::Architecture retimed(memory::Architecture a, Draw& draw) {
  if (draw.chance(40)) a.dram.bytes_per_cycle = draw.one_of<std::int64_t>({1, 4, 50});
  if (draw.chance(40)) a.dram.latency_cycles = draw.one_of<std::int64_t>({0, 1, 7, 100});
  if (draw.chance(30)) a.weight_fifo_entries = draw.one_of<std::int64_t>({1, 2, 3, 5, 50});
  if (draw.chance(30)) a.broadcast_entries_per_cycle = draw.one_of<std::int64_t>({1, 2, 4});
  if (draw.chance(50)) a.ppu.entries_per_cycle = draw.one_of<std::int64_t>({1, 5, 32});
  if (draw.chance(50)) a.ppu.halo_entries_per_cycle = draw.one_of<std::int64_t>({1, 4, 64});
  if (draw.chance(20)) a.iaram_bytes = draw.one_of<std::int64_t>({0, 24, 10240});
  if (draw.chance(20)) a.oaram_bytes = draw.one_of<std::int64_t>({0, 24, 10240});
  return a;
}

/// The batch's machine, others of its kind, and some of them again.
std::vector<memory::Architecture> draw_chain(const memory::Architecture& first, Draw& draw) {
  std::vector<memory::Architecture> chain{first};
  for (int i = 0; i < 5; ++i) chain.push_back(retimed(chain.back(), draw));
  chain.push_back(chain[2]);
  chain.push_back(first);
  return chain;
}

sim::RunOptions options_of(const Batch& batch) {
  sim::RunOptions options;
  options.threads = batch.threads;
  return options;
}

void tell(const sim::LayerResult& result, std::FILE* to) {
  for (const auto& info : memory::counter_table())
    fmt::print(to, "{}={} ", info.name, result.counters.*info.member);
  fmt::print(to, "verified={}\n", result.verified);
}

/// One machine for all: a line per architecture and layer, and at last how many groups were
/// repeated, and how many only begun so.
int run_chain(const Batch& batch, const std::vector<memory::Architecture>& chain, std::FILE* to) {
  std::vector<std::unique_ptr<sim::PreparedLayer>> layers;
  for (const RandomLayer& l : batch.layers)
    layers.push_back(std::make_unique<sim::PreparedLayer>(
        std::make_shared<const workloads::QuantisedLayer>(l.layer), batch.arch));
  for (auto& layer : layers) layer->keep_work();
  sim::Machine machine(chain.front(), options_of(batch));
  for (const memory::Architecture& arch : chain) {
    machine.retime(arch);
    for (std::size_t i = 0; i < layers.size(); ++i)
      tell(machine.run(*layers[i], batch.layers[i].first), to);
  }
  const pe::StepPaths paths = machine.step_paths();
  fmt::print(to, "{} {}\n", paths.repeated_groups, paths.left_groups);
  return 0;
}

/// A machine of its own for one architecture.
int run_alone(const Batch& batch, const memory::Architecture& arch, std::FILE* to) {
  sim::Machine machine(arch, options_of(batch));
  for (const RandomLayer& l : batch.layers) tell(machine.run(l.layer, l.first), to);
  return 0;
}

struct Totals {
  std::int64_t differ = 0, runs = 0;
  std::uint64_t repeated_groups = 0, left_groups = 0;
};

void run_one(const Batch& batch, std::int64_t index, std::int64_t seed, Totals& totals) {
  Draw draw(seed * 1000003 + index, "retimed");
  const auto chain = draw_chain(batch.arch, draw);
  Child shared([&](std::FILE* to) { return run_chain(batch, chain, to); }, kSecondsPerBatch);
  const Child::Result found = shared.wait();
  std::istringstream lines(found.output);
  if (found.status != 0) {
    fmt::print("batch {}: ended with {}: {}\n", index, found.status, found.output);
    ++totals.differ;
    return;
  }
  for (std::size_t a = 0; a < chain.size(); ++a) {
    Child alone([&](std::FILE* to) { return run_alone(batch, chain[a], to); }, kSecondsPerBatch);
    std::istringstream expected(alone.wait().output);
    for (std::size_t i = 0; i < batch.layers.size(); ++i) {
      std::string is, should;
      std::getline(lines, is);
      std::getline(expected, should);
      ++totals.runs;
      if (is == should) continue;
      ++totals.differ;
      fmt::print("seed {} batch {} machine {} layer {}:\n  shared {}\n  alone  {}\n", seed, index,
                 a, i, is, should);
    }
  }
  std::uint64_t repeated = 0, left = 0;
  lines >> repeated >> left;
  totals.repeated_groups += repeated;
  totals.left_groups += left;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (!parse_integers(argc, argv, {{"--layers", &arguments.layers}, {"--seed", &arguments.seed}})) {
    fmt::print(stderr, "usage: reuse [--layers N] [--seed S]\n");
    return 2;
  }
  Totals totals;
  for (std::int64_t i = 0; i * kLayersPerBatch < arguments.layers; ++i)
    run_one(draw_batch(arguments.seed, i, kLayersPerBatch), i, arguments.seed, totals);
  fmt::print("seed {}: {} runs, {} differ, {} groups repeated, {} left midway\n", arguments.seed,
             totals.runs, totals.differ, totals.repeated_groups, totals.left_groups);
  return totals.differ == 0 && totals.repeated_groups > 0 && totals.left_groups > 0 ? 0 : 1;
}
