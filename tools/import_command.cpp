#include <ostream>

#include "tools/commands.hpp"
#include "tools/exit_status.hpp"
#include "tools/import_options.hpp"
#include "tools/write_network.hpp"

namespace scnn::cli {
namespace {

CommandLine command_line() {
  CommandLine line = {
      .name = "import",
      .usage = "--in FILE --out NET [options]",
      .about =
          "Turns a file of weights that a framework wrote in HDF5 into a network file: Keras 2\n"
          "(whole models and weights alone), Keras 3 (.weights.h5), Caffe (.caffemodel.h5),\n"
          "PyTorch (a state_dict, one dataset per name). Follows shapes from the input to every\n"
          "convolution and fully-connected layer. Prints the table of layers.",
      .options =
          {
              {"in", "FILE", "file to import (HDF5)"},
              {"out", "NET", "network file to write"},
              {"activations", "FILE",
               "inputs of layers (HDF5, a dataset [C][H][W] per layer's name); layers without run "
               "on synthesised ones"},
          },
      .examples =
          {
              {"scnn import --in model.h5 --out net.h5", "a whole Keras 2 model"},
              {"scnn import --in model.weights.h5 --topology config.json --out net.h5",
               "Keras 3, with the configuration from the .keras archive"},
              {"scnn import --in lenet.caffemodel.h5 --topology deploy.prototxt --out net.h5",
               "Caffe"},
          },
  };
  for (const OptionHelp& option : import_options()) line.options.push_back(option);
  return line;
}

}  // namespace

int import_command(const Words& words, Console& console) {
  const auto arguments = parse(command_line(), words, console);
  if (!arguments) return kDone;
  const std::string out = arguments->required("out");
  const auto network = open_import("in", *arguments, console);
  console.out << layer_table(write_network(*network, out, "importing", console), console.layout());
  return kDone;
}

}  // namespace scnn::cli
