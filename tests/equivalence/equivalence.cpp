// Random layers on random architectures: the decoupled machine, the clocked machine and
// the reference convolution must agree on every counter and every output, and the two
// machines on every byte of a timeline.
//
//   equivalence [--layers N] [--seed S] [--batch B]
//
// Exit 0 all agree and every option value occurred, 1 otherwise, 2 wrong usage. A batch
// of layers runs on one machine per engine, each in its own process; --batch repeats one.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "sim/architecture_file.hpp"
#include "tests/equivalence/outcome.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/integer_options.hpp"
#include "workloads/reference_convolution.hpp"

namespace {

using namespace scnn;
using namespace scnn::test;

constexpr std::int64_t kLayersPerBatch = 3;
constexpr unsigned kSecondsPerBatch = 300;
// The default run must draw at least this share of all pairs of option values; the rest
// are mostly pairs that exclude each other, such as no padding and a kernel larger than
// the plane.
constexpr double kPairShare = 0.98;

struct Arguments {
  std::int64_t layers = 1200, seed = 1, batch = -1;
};

/// Differences of one batch, as lines of text.
class Comparison {
 public:
  explicit Comparison(const Batch& batch) : batch_(batch) {}

  void compare(const Child::Result& decoupled, const Child::Result& clocked) {
    require_success("decoupled", decoupled);
    require_success("clocked", clocked);
    const auto d = read_outcomes(decoupled.output), c = read_outcomes(clocked.output);
    for (std::size_t i = 0; i < batch_.layers.size(); ++i) {
      if (i >= d.size() || i >= c.size()) {
        note(i, fmt::format("{} and {} layers came back", d.size(), c.size()));
        return;
      }
      compare_layer(i, d[i], c[i]);
    }
  }
  [[nodiscard]] const std::vector<std::string>& differences() const { return differences_; }

 private:
  void note(std::size_t layer, const std::string& what) {
    differences_.push_back(fmt::format("{}: {}", batch_.layers[layer].layer.spec.name, what));
  }

  void require_success(const char* engine, const Child::Result& result) {
    if (result.status != 0) note(0, fmt::format("{} ended with {}", engine, result.status));
  }

  void compare_layer(std::size_t i, const Outcome& d, const Outcome& c) {
    for (const auto& error : {d.error, c.error})
      if (!error.empty()) note(i, error);
    if (d.kc != c.kc || d.temporal_tiles != c.temporal_tiles) note(i, "mapped differently");
    for (const auto& info : memory::counter_table())
      if (d.counters.*info.member != c.counters.*info.member)
        note(i, fmt::format("{}: decoupled {}, clocked {}", info.name, d.counters.*info.member,
                            c.counters.*info.member));
    if (d.trace != c.trace) note(i, traces_text(d.trace, c.trace));
    compare_values(i, "decoupled", d);
    compare_values(i, "clocked", c);
  }

  /// The first lines in which they differ.
  static std::string traces_text(const std::string& decoupled, const std::string& clocked) {
    std::istringstream d(decoupled), c(clocked);
    std::string d_line, c_line;
    do {
      std::getline(d, d_line);
      std::getline(c, c_line);
    } while (d && c && d_line == c_line);
    return fmt::format("traces differ: decoupled \"{}\", clocked \"{}\"", d_line, c_line);
  }

  void compare_values(std::size_t i, const char* engine, const Outcome& found) {
    const workloads::QuantisedLayer& layer = batch_.layers[i].layer;
    const auto sums =
        workloads::reference_convolution(layer.spec.shape, layer.input, layer.weights);
    if (found.accumulated != sums.data()) note(i, fmt::format("{}: wrong sums", engine));
    const auto outputs = expected_outputs(layer, sums);
    if (found.output != outputs) note(i, fmt::format("{}: wrong outputs", engine));
    const std::uint64_t overflows = count_overflows(sums);
    if (found.counters.accumulator_overflows != overflows)
      note(i, fmt::format("{}: accumulator_overflows {}, expected {}", engine,
                          found.counters.accumulator_overflows, overflows));
  }

  /// S27: scales, bias and ReLU in double precision.
  static std::vector<float> expected_outputs(const workloads::QuantisedLayer& layer,
                                             const Tensor<std::int64_t>& sums) {
    std::vector<float> outputs;
    const std::size_t plane = sums.size() / static_cast<std::size_t>(layer.spec.shape.K);
    for (std::size_t i = 0; i < sums.size(); ++i) {
      double v = static_cast<double>(sums.data()[i]) * layer.weight_scale * layer.input_scale;
      if (!layer.bias.empty()) v += static_cast<double>(layer.bias[i / plane]);
      if (layer.spec.relu && v < 0.0) v = 0.0;
      outputs.push_back(static_cast<float>(v));
    }
    return outputs;
  }

  [[nodiscard]] std::uint64_t count_overflows(const Tensor<std::int64_t>& sums) const {
    const std::int64_t limit = std::int64_t{1} << (batch_.arch.accumulator_bits - 1);
    return static_cast<std::uint64_t>(std::ranges::count_if(
        sums.data(), [&](std::int64_t v) { return v < -limit || v >= limit; }));
  }

  const Batch& batch_;
  std::vector<std::string> differences_;
};

/// What happened in the runs, so that a quiet machine cannot pass for a correct one.
struct Happened {
  memory::Counters sum;
  std::uint64_t layers = 0, traced_bytes = 0;

  void add(const Child::Result& result) {
    for (const Outcome& o : read_outcomes(result.output)) {
      sum += o.counters;
      traced_bytes += o.trace.size();
    }
  }
  /// Counters that are 0 over all layers.
  [[nodiscard]] std::vector<std::string> never() const {
    std::vector<std::string> names;
    for (const auto& info : memory::counter_table())
      if (sum.*info.member == 0) names.emplace_back(info.name);
    return names;
  }
};

void print_failure(const Arguments& arguments, std::int64_t index, const Batch& batch,
                   const std::vector<std::string>& differences) {
  fmt::print("batch {}: repeat with --seed {} --batch {}\n{}\n", index, arguments.seed, index,
             sim::to_json(batch.arch).dump());
  for (const RandomLayer& l : batch.layers) {
    fmt::print("  {}:", l.layer.spec.name);
    for (const Choice& c : l.choices) fmt::print(" {}={},", c.name, c.values[c.index]);
    fmt::print("\n");
  }
  for (const auto& line : differences) fmt::print("  {}\n", line);
}

bool run_one(const Arguments& arguments, std::int64_t index, const Batch& batch,
             Happened& happened) {
  auto in_child = [&](sim::Engine engine) {
    return [&batch, engine](std::FILE* to) {
      run_batch(batch, engine, to);
      return 0;
    };
  };
  Child decoupled(in_child(sim::Engine::decoupled), kSecondsPerBatch);
  Child clocked(in_child(sim::Engine::clocked), kSecondsPerBatch);
  const auto d = decoupled.wait(), c = clocked.wait();
  happened.add(d);
  Comparison comparison(batch);
  comparison.compare(d, c);
  if (comparison.differences().empty()) return true;
  print_failure(arguments, index, batch, comparison.differences());
  return false;
}

bool report(const Arguments& arguments, const Coverage& coverage, const Happened& happened,
            std::int64_t failed) {
  fmt::print("option values, and how many layers had them:\n{}", coverage.table());
  const double share =
      static_cast<double>(coverage.pairs_seen()) / static_cast<double>(coverage.pairs_possible());
  fmt::print("pairs of option values: {} of {} ({:.1f} %)\n", coverage.pairs_seen(),
             coverage.pairs_possible(), 100.0 * share);
  fmt::print("seed {}, {} layers, {} bytes of timelines, {} batches differ\n", arguments.seed,
             happened.layers, happened.traced_bytes, failed);
  bool good = failed == 0 && happened.traced_bytes > 0;
  if (arguments.batch >= 0 || arguments.layers < Arguments{}.layers) return good;
  for (const auto& value : coverage.missing_values()) {
    fmt::print("never drawn: {}\n", value);
    good = false;
  }
  for (const auto& name : happened.never()) {
    fmt::print("never above 0: {}\n", name);
    good = false;
  }
  if (share < kPairShare) {
    fmt::print("expected at least {:.0f} % of the pairs\n", 100.0 * kPairShare);
    good = false;
  }
  return good;
}

bool run_all(const Arguments& arguments) {
  Coverage coverage;
  Happened happened;
  std::int64_t failed = 0;
  const std::int64_t batches = (arguments.layers + kLayersPerBatch - 1) / kLayersPerBatch;
  const std::int64_t first = std::max<std::int64_t>(arguments.batch, 0);
  const std::int64_t end = arguments.batch >= 0 ? first + 1 : batches;
  for (std::int64_t i = first; i < end; ++i) {
    const Batch batch = draw_batch(arguments.seed, i, kLayersPerBatch);
    if (!run_one(arguments, i, batch, happened)) ++failed;
    for (const RandomLayer& l : batch.layers) {
      auto choices = batch.choices;
      choices.insert(choices.end(), l.choices.begin(), l.choices.end());
      coverage.add(choices);
      ++happened.layers;
    }
  }
  return report(arguments, coverage, happened, failed);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (!parse_integers(argc, argv,
                      {{"--layers", &arguments.layers},
                       {"--seed", &arguments.seed},
                       {"--batch", &arguments.batch}})) {
    fmt::print(stderr, "usage: equivalence [--layers N] [--seed S] [--batch B]\n");
    return 2;
  }
  try {
    return run_all(arguments) ? 0 : 1;
  } catch (const std::exception& e) {
    fmt::print(stderr, "equivalence: {}\n", e.what());
    return 1;
  }
}
