#include "tools/cli.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ostream>
#include <system_error>

#include "sparse_formats/error.hpp"
#include "tools/build_info.hpp"
#include "tools/commands.hpp"
#include "tools/exit_status.hpp"
#include "tools/interrupt.hpp"
#include "tools/table.hpp"

namespace scnn::cli {
namespace {

constexpr std::array kCommands{
    Command{"zoo", "write a built-in network", zoo_command},
    Command{"import", "turn a framework's file into a network", import_command},
    Command{"prune", "drop whole grains of weights by L1 saliency", prune_command},
    Command{"encode", "compress the weights and print the storage table", encode_command},
    Command{"run", "run a network on the simulated machine", run_command},
    Command{"compare", "run a network at several granularities of pruning", compare_command},
    Command{"sweep", "run a plan of design points, and keep their results", sweep_command},
    Command{"validate", "run the published experiments, published beside simulated",
            validate_command},
    Command{"report", "draw results as a page for the browser", report_command},
    Command{"check", "compare counts with those of a baseline", check_command},
    Command{"diff", "say what differs between two results, and why", diff_command},
    Command{"explain", "say how a layer lies on the machine, and what limits it", explain_command},
    Command{"info", "say what is in a file", info_command},
    Command{"completion", "print a script for the completion of bash or zsh", completion_command},
};

std::string overview() {
  std::string text =
      "Usage: scnn COMMAND [options]\n\n"
      "Cycle-level simulator of the SCNN sparse CNN accelerator.\n\n"
      "Commands:\n";
  for (const Command& c : kCommands) text += fmt::format("  {:<12}{}\n", c.name, c.summary);
  return text +
         "\n"
         "  scnn COMMAND --help   options of a command, with examples\n"
         "  scnn --version        version and commit\n\n"
         "From a network to cycles:\n"
         "  scnn zoo alexnet --densities published --out alexnet.h5\n"
         "  scnn run --network alexnet.h5 --json alexnet.json\n"
         "  scnn compare --network alexnet.h5 --arch configs/regularity.json\n\n"
         "Data go to standard output, progress and messages to standard error. Exit status:\n"
         "0 done, 1 failed, 2 wrong usage or bad input, 3 simulated output differs from the\n"
         "reference, 4 a comparison found a difference, 5 a sweep is incomplete, 130 "
         "interrupted.\n";
}

std::string command_names() {
  std::string names;
  for (const Command& c : kCommands)
    names += fmt::format("{}{}", names.empty() ? "" : ", ", c.name);
  return names;
}

int dispatch(const Words& words, Console& console) {
  const std::string& first = words.front();
  if (first == "--help" || first == "-h") {
    console.out << reflowed(overview(), std::min(console.width, kTableWidth));
    return kDone;
  }
  if (first == "--version") {
    console.out << fmt::format("scnn {} (commit {})\n", version(), git_commit());
    return kDone;
  }
  const auto* const command = std::ranges::find(kCommands, first, &Command::name);
  if (command == kCommands.end())
    throw InputError("", fmt::format("found \"{}\", expected a command: {} (see scnn --help)",
                                     first, command_names()));
  return command->run(Words(words.begin() + 1, words.end()), console);
}

}  // namespace

std::span<const Command> commands() { return kCommands; }

int main(int argc, char** argv) {
  Console console = standard_console();
  try {
    if (argc < 2) {
      console.err << overview();
      return kBadInput;
    }
    catch_signals();
    const int status = dispatch(Words(argv + 1, argv + argc), console);
    errno = 0;
    if (!console.out.flush())
      throw OutputError("standard output",
                        "cannot be written: " + std::generic_category().message(errno));
    return status;
  } catch (...) {
    return exit_status(std::current_exception(), console.err);
  }
}

}  // namespace scnn::cli
