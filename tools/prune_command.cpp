#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "pruning/prune_network.hpp"
#include "sim/densities_file.hpp"
#include "sparse_formats/error.hpp"
#include "tools/commands.hpp"
#include "tools/densities_option.hpp"
#include "tools/exit_status.hpp"
#include "tools/import_options.hpp"
#include "tools/interrupt.hpp"
#include "tools/progress.hpp"
#include "tools/run_options.hpp"
#include "tools/table.hpp"
#include "workloads/encoded_file.hpp"
#include "workloads/import/source_writer.hpp"

namespace scnn::cli {
namespace {

using pruning::LayerPruning;
using pruning::Outcome;
using workloads::imports::ImportedNetwork;

CommandLine command_line() {
  CommandLine line = {
      .name = "prune",
      .usage =
          "--network NET --granularity G (--density D | --densities FILE | --schedule LIST)\n"
          "                  --out FILE [options]",
      .about =
          "Drops whole grains of weights, those of smallest sum of |w| first. Surviving\n"
          "weights, biases and inputs keep every bit. Densities are shares of all weights,\n"
          "above 0, at most 1. Prints requested and achieved densities.",
      .options =
          {
              {"network", "NET", "network to prune, or a file that `import` takes"},
              {"granularity", "G",
               "what lives or dies together: fine (one weight), vector (a kernel row), kernel, "
               "filter",
               false, granularity_names()},
              {"density", "D", "keep this share of every layer's grains"},
              {"densities", "FILE",
               "JSON object from layer name or glob to density; the first match counts, other "
               "layers are left alone"},
              {"schedule", "LIST",
               "one density after the other, each going on from the last: 0.6,0.45,0.35"},
              {"scope",
               "S",
               "layer: every layer reaches the density (default); global: one threshold on mean "
               "|w|, the network reaches it",
               false,
               {"layer", "global"}},
              {"mask", "PREVIOUS",
               "an earlier pruning of this network: what it pruned stays pruned"},
              {"layers", "GLOB", "only layers whose name matches; may be repeated", true},
              {"skip", "GLOB", "leave out layers whose name matches; may be repeated", true},
              {"out", "FILE", "file to write"},
              {"layout",
               "L",
               "of the file to write: network (default), or source: a copy of the file that was "
               "read, in which pruned weights are zero and nothing else is different",
               false,
               {"network", "source"}},
          },
      .examples =
          {
              {"scnn prune --network net.h5 --granularity fine --density 0.35 --out pruned.h5",
               "keep 35 % of every layer's weights"},
              {"scnn prune --network net.h5 --granularity kernel --density 0.35 --scope global "
               "--skip conv1 --out pruned.h5",
               "one threshold for all layers but the first"},
              {"scnn prune --network retrained.h5 --mask pruned.h5 --granularity fine "
               "--density 0.2 --out next.h5",
               "the next round of iterative pruning, after retraining"},
              {"scnn prune --network model.h5 --granularity fine --density 0.3 --layout source "
               "--out pruned.h5",
               "a Keras model, to be scored in Keras"},
          },
  };
  for (const OptionHelp& option : import_options()) line.options.push_back(option);
  return line;
}

Granularity granularity_of(const Arguments& arguments) {
  static_cast<void>(arguments.required("granularity"));
  return kGranularities[arguments.choice("granularity").value()];
}

pruning::DensityRequest density_of(const Arguments& arguments) {
  const auto given = arguments.exactly_one({"density", "densities", "schedule"});
  if (given == "density") return arguments.density("density").value();
  if (given == "densities") return sim::read_densities(arguments.required("densities"));
  pruning::Schedule schedule;
  for (const std::string& step : arguments.list("schedule"))
    schedule.densities.push_back(parse_density(step, "--schedule"));
  return schedule;
}

pruning::PruneOptions options_of(const Arguments& arguments) {
  pruning::PruneOptions options;
  options.granularity = granularity_of(arguments);
  options.density = density_of(arguments);
  options.scope =
      arguments.choice("scope").value_or(0) == 1 ? pruning::Scope::global : pruning::Scope::layer;
  options.layers = arguments.all("layers");
  options.skip = arguments.all("skip");
  return options;
}

/// Misspelt patterns would silently prune less than was meant.
void check_globs(const pruning::PruneOptions& options, const workloads::NetworkSource& network) {
  const auto check = [&network](const char* option, const Words& globs) {
    for (const std::string& glob : globs)
      if (std::ranges::none_of(network.layers(), [&glob](const auto& spec) {
            return workloads::matches_glob(glob, spec.name);
          }))
        throw InputError(option, fmt::format("\"{}\" matches no layer of network \"{}\", expected "
                                             "a layer's name or a glob (see scnn info)",
                                             glob, network.info().name));
  };
  check("--layers", options.layers);
  check("--skip", options.skip);
}

std::string outcome_text(Outcome outcome) {
  switch (outcome) {
    case Outcome::pruned:
      return "pruned";
    case Outcome::left_out:
      return "left out";
    case Outcome::no_density:
      return "no density given";
  }
  return "";
}

std::string report_table(const std::vector<LayerPruning>& layers, const Layout& layout) {
  std::vector<std::string> names, outcomes;
  std::vector<std::uint64_t> weights, kept;
  std::vector<std::optional<double>> requested, achieved, nonzero;
  std::uint64_t all_weights = 0, all_kept = 0;
  double all_nonzero = 0.0;
  for (const LayerPruning& l : layers) {
    names.push_back(l.name);
    outcomes.push_back(outcome_text(l.outcome));
    weights.push_back(static_cast<std::uint64_t>(l.weights));
    kept.push_back(static_cast<std::uint64_t>(l.kept_weights));
    requested.push_back(l.density_requested);
    achieved.emplace_back(l.density_achieved);
    nonzero.emplace_back(l.nonzero_density);
    all_weights += weights.back();
    all_kept += kept.back();
    all_nonzero += l.nonzero_density * static_cast<double>(l.weights);
  }
  names.emplace_back("total");
  outcomes.emplace_back();
  weights.push_back(all_weights);
  kept.push_back(all_kept);
  requested.emplace_back();
  achieved.emplace_back(static_cast<double>(all_kept) / static_cast<double>(all_weights));
  nonzero.emplace_back(all_nonzero / static_cast<double>(all_weights));
  return Table()
      .text("layer", names)
      .counts("weights", "", weights)
      .counts("kept", "", kept)
      .numbers("requested\ndensity", requested, 4)
      .numbers("achieved\ndensity", achieved, 4)
      .numbers("non-zero\ndensity", nonzero, 4)
      .text("", outcomes)
      .rule_before(layers.size())
      .str(layout);
}

/// Whether the layout that was read is asked for, and is another than the network file's.
bool writes_source(const Arguments& arguments, const workloads::NetworkSource& network) {
  if (arguments.choice("layout").value_or(0) == 0) return false;
  if (dynamic_cast<const workloads::EncodedNetwork*>(&network) != nullptr)
    throw InputError("--layout", fmt::format("{} is an encoded network, which is not pruned in "
                                             "place, expected a network or a framework's file",
                                             arguments.required("network")));
  return dynamic_cast<const ImportedNetwork*>(&network) != nullptr;
}

/// Prunes into a new `Writer`, made from `made_from`; memory follows the largest layer.
template <class Writer, class... MadeFrom>
std::vector<LayerPruning> prune_into(const workloads::NetworkSource& network,
                                     const workloads::NetworkSource* previous,
                                     const pruning::PruneOptions& options, const Console& console,
                                     const MadeFrom&... made_from) {
  std::vector<double> costs;
  for (const auto& spec : network.layers())
    costs.push_back(static_cast<double>(spec.shape.weight_count()));
  Progress progress(console, "pruning", costs);
  Writer writer(made_from...);
  auto report = pruning::prune_network(network, previous, options, [&](const auto& layer) {
    check_interrupt();
    progress.step(layer.spec.name);
    writer.append(layer);
  });
  writer.commit();
  return report;
}

}  // namespace

int prune_command(const Words& words, Console& console) {
  const auto arguments = parse(command_line(), words, console);
  if (!arguments) return kDone;
  static_cast<void>(arguments->required("network"));
  const std::string out = arguments->required("out");
  const pruning::PruneOptions options = options_of(*arguments);

  const auto network = open_import("network", *arguments, console);
  const bool to_source = writes_source(*arguments, *network);
  std::unique_ptr<workloads::NetworkSource> previous;
  if (const auto mask = arguments->text("mask")) previous = workloads::open_network(*mask);
  check_globs(options, *network);
  if (const auto* table = std::get_if<workloads::DensityTable>(&options.density))
    note_unmatched(*table, *network, console);

  const std::vector<LayerPruning> report =
      to_source ? prune_into<workloads::imports::SourceWriter>(
                      *network, previous.get(), options, console,
                      dynamic_cast<const ImportedNetwork&>(*network), out)
                : prune_into<workloads::NetworkWriter>(*network, previous.get(), options, console,
                                                       out, network->info());
  console.out << fmt::format("{}: pruned by {} grains\n\n", network->info().name,
                             name_of(options.granularity))
              << report_table(report, console.layout());
  return kDone;
}

}  // namespace scnn::cli
