#include <fstream>

#include "sparse_formats/error.hpp"
#include "tools/commands.hpp"
#include "tools/exit_status.hpp"
#include "tools/info_files.hpp"
#include "workloads/file_root.hpp"
#include "workloads/hdf5.hpp"
#include "workloads/trial_run.hpp"

namespace scnn::cli {
namespace {

CommandLine command_line() {
  return {
      .name = "info",
      .usage = "FILE [--area]",
      .about =
          "Says what is in a file: a network or encoded network with its layers, outputs,\n"
          "a result, a comparison, an architecture with all defaults filled in, densities,\n"
          "plans and tables of sweeps, baselines and cases of check, energies, validations.",
      .options = {{"area", "", "of an architecture: the area of a PE by component, and of all"}},
      .examples =
          {
              {"scnn info alexnet.h5", "layers, shapes, densities, checksum"},
              {"scnn info alexnet.json", "the tables of a run again"},
              {"scnn info configs/regularity.json", "every parameter, and what is not default"},
              {"scnn info --area configs/tiny.json", "and the area of the machine"},
          },
      .operand = "FILE",
  };
}

bool is_hdf5(const std::filesystem::path& path) {
  std::string start(4, '\0');
  std::ifstream(path, std::ios::binary).read(start.data(), 4);
  return start == "\x89HDF";
}

/// The file says that it holds outputs. False when it cannot be asked.
bool is_outputs(const std::filesystem::path& path) {
  bool outputs = false;
  const auto ask = [&] {
    const workloads::hdf5::InputFile file(path);  // outlives what is read from it
    const auto root = file.root();
    outputs = root.has_attribute("format") && root.text("format") == workloads::kOutputsFormat;
  };
  try {
    // First where it does no harm: the HDF5 library crashes on some damaged files.
    workloads::try_in_child(ask, path.string());
    ask();
  } catch (const InputError&) {
    return false;  // whatever is wrong, reading it as a network says so
  }
  return outputs;
}

}  // namespace

int info_command(const Words& words, Console& console) {
  const auto arguments = parse(command_line(), words, console);
  if (!arguments) return kDone;
  const std::filesystem::path path = arguments->required("FILE");
  if (!std::filesystem::exists(path))
    throw InputError(workloads::hdf5::printable_path(path), "there is no such file");
  if (arguments->has("area"))
    print_area(path, console);
  else if (!is_hdf5(path))
    print_json(path, console);
  else if (is_outputs(path))
    print_outputs(path, console);
  else
    print_network(path, console);
  return kDone;
}

}  // namespace scnn::cli
