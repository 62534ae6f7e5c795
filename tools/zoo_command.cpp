#include <fmt/format.h>

#include <limits>
#include <ostream>

#include "tools/commands.hpp"
#include "tools/densities_option.hpp"
#include "tools/exit_status.hpp"
#include "tools/write_network.hpp"
#include "workloads/zoo.hpp"

namespace scnn::cli {
namespace {

CommandLine command_line() {
  return {
      .name = "zoo",
      .usage = "NAME --out NET [options]",
      .about =
          "Writes a built-in network: exact layer tables, seeded near-Gaussian weights,\n"
          "seeded inputs. NAME: alexnet vgg16 googlenet resnet50 densenet121.\n"
          "Prints the table of its layers.",
      .options =
          {
              {"out", "NET", "network file to write"},
              {"densities",
               "WHAT",
               "prune the weights, fine and by magnitude: `published` (each layer's published or "
               "stated density), a density, or a densities file; default: dense",
               false,
               {"published"}},
              {"activation-density", "D",
               "density of every input; default: the layer's published or stated one"},
              {"activation-model",
               "M",
               "where non-zero activations lie: `correlated`, in patches and unevenly over "
               "channels, as real ones do (default), or `independent`",
               false,
               {"correlated", "independent"}},
              {"with-fc", "", "also the fully-connected layers"},
              {"inception-only", "", "googlenet: only the 54 convolutions of its modules"},
              {"seed", "N", "seed of weights and inputs; default 1"},
          },
      .examples =
          {
              {"scnn zoo alexnet --densities published --out alexnet.h5",
               "the five convolutions as SCNN was measured on them"},
              {"scnn zoo vgg16 --densities 0.3 --activation-density 0.4 --out vgg.h5",
               "one density for all layers"},
              {"scnn zoo googlenet --inception-only --seed 7 --out modules.h5",
               "dense weights of the inception modules, from another seed"},
          },
      .operand = "NAME",
      .choices = workloads::zoo_names(),
  };
}

}  // namespace

int zoo_command(const Words& words, Console& console) {
  const auto arguments = parse(command_line(), words, console);
  if (!arguments) return kDone;
  const std::string out = arguments->required("out");
  workloads::ZooOptions options;
  options.seed = arguments
                     ->integer("seed", std::numeric_limits<std::int64_t>::min(),
                               std::numeric_limits<std::int64_t>::max())
                     .value_or(1);
  options.with_fc = arguments->has("with-fc");
  options.inception_only = arguments->has("inception-only");
  options.activation_density = arguments->density("activation-density");
  if (arguments->choice("activation-model") == 1)
    options.activation_model = workloads::ActivationModel::independent;
  std::optional<workloads::DensityTable> table;
  if (const auto densities = arguments->text("densities"))
    options.weight_density = densities_by_name(*densities, table);
  const auto network = workloads::make_zoo(arguments->required("NAME"), options);
  if (table) note_unmatched(*table, *network, console);
  console.out << layer_table(write_network(*network, out, "making", console), console.layout());
  return kDone;
}

}  // namespace scnn::cli
