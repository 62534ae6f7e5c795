#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <ostream>

#include "sim/densities_file.hpp"
#include "sparse_formats/error.hpp"
#include "tools/accuracy/command.hpp"
#include "tools/commands.hpp"
#include "tools/compare_tables.hpp"
#include "tools/densities_option.hpp"
#include "tools/exit_status.hpp"
#include "tools/granularity_option.hpp"
#include "tools/host.hpp"
#include "tools/interrupt.hpp"
#include "tools/network_input.hpp"
#include "tools/progress.hpp"
#include "tools/run_options.hpp"

namespace scnn::cli {
namespace {

CommandLine command_line() {
  return {
      .name = "compare",
      .usage = "(--network NET | --accuracy LOG...) [options]",
      .about =
          "Prunes every layer at each granularity to the same density, runs it, and prints\n"
          "storage, memory references and cycles side by side.\n\n"
          "Densities: the layer's density_published, else that of its mask, else its share of\n"
          "non-zero weights. Weights are brought to 8 bits, so that storage and DRAM traffic\n"
          "agree: floats are quantised, integers that do not fit are requantised with\n"
          "scale = max|w| / 127. Every layer's input stays the source's.\n\n"
          "Output references are given with and without the step bypass, whichever the\n"
          "architecture has: cycles are the given architecture's; what the other bypass would\n"
          "write is counted from the same steps, which do not depend on it.\n\n"
          "With --accuracy, the networks that a log of retraining names are run instead, or\n"
          "--network pruned to the log's densities where none was kept, and accuracy, storage,\n"
          "references and cycles are printed at equal density and at equal accuracy.",
      .options = joined({
          network_options(),
          {
              {"granularity", "LIST",
               "comma-separated, of fine, vector, kernel, filter; default: all four", false,
               granularity_names(), true},
              {"density", "D", "one density for every layer"},
              {"densities", "FILE",
               "JSON object from layer name or glob to density; the first match counts, other "
               "layers stay as they are"},
              {"keep-weight-bits", "", "run with the architecture's own weight_bits"},
          },
          accuracy::options(),
          machine_options(),
          result_options(),
      }),
      .examples =
          {
              {"scnn compare --network alexnet.h5 --arch configs/regularity.json",
               "all four granularities at each layer's published density"},
              {"scnn compare --network mine.h5 --density 0.3 --granularity fine,kernel",
               "two granularities, one density"},
              {"scnn compare --network mine.h5 --json mine.json --csv mine.csv",
               "every counter of every layer and granularity into files"},
              {"scnn compare --accuracy workloads/trained/resnet20/accuracy.jsonl --arch "
               "configs/regularity.json",
               "trained networks: what accuracy, and what it costs"},
          },
  };
}

/// Density of a layer that has been read; nothing: leave it as it is.
using LayerDensity = std::function<std::optional<double>(const workloads::Layer&)>;

LayerDensity density_of(const Arguments& arguments, const workloads::NetworkSource& network,
                        const Console& console) {
  arguments.not_both("density", "densities");
  if (const auto density = arguments.density("density"))
    return [density](const workloads::Layer&) { return density; };
  const auto file = arguments.text("densities");
  if (!file)
    return [](const workloads::Layer& layer) { return std::optional(default_density(layer)); };
  auto table = sim::read_densities(*file);
  note_unmatched(table, network, console);
  return [table = std::move(table)](const workloads::Layer& layer) {
    return table.find(layer.spec.name);
  };
}

/// Adds a layer of the source to its counts.
void count_source(SourceCounts& counts, const workloads::Layer& layer, int weight_bits) {
  const auto weights = static_cast<std::uint64_t>(layer.spec.shape.weight_count());
  counts.weights += weights;
  counts.nonzero += static_cast<std::uint64_t>(
      std::llround(workloads::density_of(layer.weights) * static_cast<double>(weights)));
  workloads::ValueTensor copy = layer.weights;
  counts.requantised_layers += narrow(copy, weight_bits) ? 1 : 0;
}

struct Plan {
  const RunnableNetwork& network;
  LayerDensity density;
  sim::RunOptions options;
};

/// Runs layer by layer, all granularities of one before the next is read.
void compare_layers(Comparison& comparison, const Plan& plan, const Console& console) {
  const RunnableNetwork& network = plan.network;
  std::vector<double> costs;
  for (const double cost : network.costs())
    costs.insert(costs.end(), comparison.granularities.size(), cost);
  sim::Machine machine(comparison.architecture, plan.options);
  Comparer comparer(machine, comparison.architecture);
  Progress progress(console, "comparing", costs);
  for (const std::size_t i : network.chosen()) {
    const workloads::Layer layer = network.read(i);
    const std::optional<double> density = plan.density(layer);
    count_source(comparison.source, layer, comparison.architecture.weight_bits);
    for (ComparedNetwork& g : comparison.granularities) {
      check_interrupt();
      progress.step(fmt::format("{} {}", layer.spec.name, name_of(g.granularity)));
      g.layers.push_back(
          comparer.run(layer, g.granularity, density, network.source().where(i), i == 0));
      progress.counted(static_cast<double>(g.layers.back().run.counters.products));
    }
  }
  check_interrupt();
}

}  // namespace

int compare_command(const Words& words, Console& console) {
  const auto arguments = parse(command_line(), words, console);
  if (!arguments) return kDone;
  if (arguments->has("accuracy")) return accuracy::compare(*arguments, words, console);
  accuracy::refuse_without_logs(*arguments);
  const HostClock clock;
  Comparison comparison;
  comparison.architecture = compared_architecture(*arguments);
  for (const Granularity g : granularities_of(*arguments))
    comparison.granularities.push_back({.granularity = g, .layers = {}});
  const sim::RunOptions options = run_options_of(*arguments);
  const RunnableNetwork network(*arguments);
  const LayerDensity density = density_of(*arguments, network.source(), console);
  ResultFiles files(*arguments);
  note_inputs(network, *arguments, console);

  compare_layers(comparison, {network, density, options}, console);

  comparison.network = network.facts();
  comparison.provenance = network.provenance();
  comparison.host = clock.info("compare", words);
  comparison.host.engine = name_of(options.engine);
  comparison.host.threads = options.threads;
  comparison.host.verified = options.verify;
  if (files.wants_json()) files.write_json(sim::json_text(to_json(comparison)));
  if (files.wants_csv()) files.write_csv(csv_text(comparison));
  files.commit();
  console.out << compare_text(comparison, console.layout());
  return kDone;
}

}  // namespace scnn::cli
