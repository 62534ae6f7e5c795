// Groups that other threads compute ahead of the machine: layers of many groups must go on several
// threads as on one, whether their records hold, fail for some PEs, or fail altogether; and runs
// that are stopped end in order.
//
//   rehearse [--layers N] [--seed S]
//
// Exit 0 all agree, and records held, failed for some PEs and failed for all, 1 otherwise, 2 wrong
// usage.

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <sstream>
#include <thread>

#include "sim/architecture_file.hpp"
#include "sim/run.hpp"
#include "sparse_formats/error.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/draw.hpp"
#include "tests/support/integer_options.hpp"
#include "tests/support/one_layer.hpp"

namespace {

using namespace scnn;
using namespace scnn::test;

constexpr unsigned kSecondsPerLayer = 300;
constexpr std::int64_t kMostTimes = 20;

struct Arguments {
  std::int64_t layers = 300, seed = 1;
};

struct Case {
  memory::Architecture arch;
  workloads::QuantisedLayer layer;
};

memory::Architecture draw_machine(Draw& draw) {
  memory::Architecture a;
  a.pe_rows = draw.one_of<std::int64_t>({1, 3, 4, 8});
  a.pe_cols = draw.one_of<std::int64_t>({2, 3, 4, 8});
  a.kc = draw.between(1, 2);
  a.F = draw.one_of<std::int64_t>({2, 4, 4});
  a.I = draw.one_of<std::int64_t>({3, 4, 4});
  a.accumulator.banks = draw.one_of<std::int64_t>({8, 32, 32});
  a.stride_mode = draw.chance(30) ? memory::StrideMode::discard : memory::StrideMode::phases;
  a.accumulator.queue_threshold = draw.one_of<std::int64_t>({0, 1, 4});
  a.weight_fifo_entries = draw.one_of<std::int64_t>({2, 5, 20, 50});
  a.broadcast_entries_per_cycle = draw.one_of<std::int64_t>({1, 4, 16});
  a.dram.bytes_per_cycle = draw.one_of<std::int64_t>({1, 8, 50, 50, 1000});
  a.dram.latency_cycles = draw.one_of<std::int64_t>({0, 100});
  a.ppu.entries_per_cycle = draw.one_of<std::int64_t>({1, 32});
  return a;
}

/// Sparse numbers; whole channels are zero at times, and whole corners of the plane.
std::vector<std::int16_t> draw_numbers(Draw& draw, std::int64_t channels, std::int64_t rows,
                                       std::int64_t columns, bool in_corners) {
  const std::int64_t percent = draw.between(10, 70);
  const std::int64_t lines = in_corners ? draw.between(1, rows) : rows;
  std::vector<std::int16_t> numbers;
  for (std::int64_t c = 0; c < channels; ++c) {
    const bool empty = draw.chance(15);
    for (std::int64_t y = 0; y < rows; ++y)
      for (std::int64_t x = 0; x < columns; ++x)
        numbers.push_back(static_cast<std::int16_t>(
            !empty && y < lines && draw.chance(percent) ? draw.between(1, 9) : 0));
  }
  return numbers;
}

Case draw_case(std::int64_t seed, std::int64_t index) {
  Draw draw(seed, "rehearsed layer " + std::to_string(index));
  Case c{draw_machine(draw), {}};
  LayerShape s{.C = draw.between(3, 80),
               .H = draw.between(4, 14),
               .W = draw.between(4, 14),
               .K = draw.between(56, 120)};
  s.R = s.S = draw.one_of<std::int64_t>({1, 3});
  s.pad_top = s.pad_left = s.pad_bottom = s.pad_right = (s.R - 1) / 2;
  s.stride_h = s.stride_w = draw.between(1, 2);
  s.dilation_h = s.dilation_w = draw.chance(20) ? 2 : 1;
  if (draw.chance(20)) {
    s.C += s.C % 2;
    s.K += s.K % 2;
    s.groups = 2;
  }
  c.layer = make_layer(s, draw_numbers(draw, s.K * s.group_C(), s.R, s.S, false),
                       draw_numbers(draw, s.C, s.H, s.W, draw.chance(40)));
  return c;
}

/// A line of counters for the layer and for each PE; then how many groups of teams went by a
/// record, and how many did not.
int run_case(const Case& c, int threads, bool values, std::FILE* to) {
  sim::RunOptions options;
  options.threads = threads;
  options.values = values;
  options.detail = true;
  sim::Machine machine(c.arch, options);
  const sim::LayerResult result = machine.run(c.layer, true);
  const auto tell = [&](const memory::Counters& counters) {
    for (const auto& info : memory::counter_table())
      fmt::print(to, "{}={} ", info.name, counters.*info.member);
  };
  tell(result.counters);
  for (const memory::Counters& pe : result.detail->pes) tell(pe);
  const pe::StepPaths paths = machine.step_paths();
  fmt::print(to, "verified={}\n{} {}\n", result.verified, paths.rehearsed_groups,
             paths.refuted_groups);
  return 0;
}

/// Stops a run somewhere on its way. \return 0 when it was stopped, or over before
int run_stopped(const Case& c, std::chrono::microseconds after, std::FILE* to) {
  std::atomic<int> stop{0};
  sim::RunOptions options;
  options.threads = 3;
  options.stop = &stop;
  sim::Machine machine(c.arch, options);
  std::thread stopper([&] {
    std::this_thread::sleep_for(after);
    stop = SIGINT;
  });
  bool stopped = false;
  try {
    (void)machine.run(c.layer, true);
  } catch (const Interrupted&) {
    stopped = true;
  }
  stopper.join();
  fmt::print(to, "{}", stopped ? "stopped" : "over");
  return 0;
}

struct Totals {
  std::int64_t runs = 0, differ = 0;
  std::uint64_t held = 0, refuted = 0;
  std::int64_t some_refuted = 0;  ///< runs in which some teams left the record and others did not
  std::int64_t all_refuted = 0;   ///< runs in which none went by it
  std::int64_t stopped = 0;
};

void stop_child(const Case& c, std::chrono::microseconds after, Totals& totals) {
  Child child([&](std::FILE* to) { return run_stopped(c, after, to); }, kSecondsPerLayer);
  const Child::Result result = child.wait();
  totals.stopped += result.output == "stopped" ? 1 : 0;
  if (result.status == 0) return;
  ++totals.differ;
  fmt::print("stopped after {} us: ended with {}: {}\n", after.count(), result.status,
             result.output);
}

/// Records held, failed for some teams, and failed for all.
bool covered(const Totals& t) {
  return t.held > 0 && t.some_refuted > 0 && t.all_refuted > 0 && t.stopped > 0;
}

/// \return the counters
std::string run_child(const Case& c, int threads, bool values, Totals& totals) {
  Child child([&](std::FILE* to) { return run_case(c, threads, values, to); }, kSecondsPerLayer);
  const Child::Result result = child.wait();
  std::istringstream lines(result.output);
  std::string counters;
  std::getline(lines, counters);
  std::uint64_t held = 0, refuted = 0;
  lines >> held >> refuted;
  totals.held += held;
  totals.refuted += refuted;
  totals.some_refuted += held > 0 && refuted > 0 ? 1 : 0;
  totals.all_refuted += held == 0 && refuted > 0 ? 1 : 0;
  if (result.status != 0)
    counters += fmt::format("ended with {}: {}", result.status, result.output);
  return counters;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (!parse_integers(argc, argv, {{"--layers", &arguments.layers}, {"--seed", &arguments.seed}})) {
    fmt::print(stderr, "usage: rehearse [--layers N] [--seed S]\n");
    return 2;
  }
  Totals totals;
  // How far the other threads get is theirs to say: on a busy machine it takes more layers.
  const std::int64_t most = kMostTimes * arguments.layers;
  for (std::int64_t i = 0; i < arguments.layers || (!covered(totals) && i < most); ++i) {
    const Case c = draw_case(arguments.seed, i);
    const bool values = i % 2 == 0;
    stop_child(c, std::chrono::microseconds(37 * i % 3000), totals);
    const std::string alone = run_child(c, 1, values, totals);
    for (const int threads : {2, 3, 7}) {
      ++totals.runs;
      const std::string side_by_side = run_child(c, threads, values, totals);
      if (side_by_side == alone) continue;
      ++totals.differ;
      fmt::print("seed {} layer {} threads {}:\n  several {}\n  one     {}\n", arguments.seed, i,
                 threads, side_by_side, alone);
    }
  }
  fmt::print("seed {}: {} runs, {} differ, {} groups as rehearsed, {} not, ", arguments.seed,
             totals.runs, totals.differ, totals.held, totals.refuted);
  fmt::print("both in {} runs, none in {}; {} runs stopped\n", totals.some_refuted,
             totals.all_refuted, totals.stopped);
  return totals.differ == 0 && covered(totals) ? 0 : 1;
}
