#include <ostream>

#include "sparse_formats/error.hpp"
#include "tools/commands.hpp"
#include "tools/completion.hpp"
#include "tools/exit_status.hpp"

namespace scnn::cli {
namespace {

CommandLine command_line() {
  return {
      .name = "completion",
      .usage = "SHELL",
      .about =
          "Prints a script that completes commands, options, their values and files in bash\n"
          "or zsh (docs/terminal.md).",
      .options = {},
      .examples =
          {
              {"scnn completion bash > ~/.local/share/bash-completion/completions/scnn",
               "bash, with the package bash-completion; without it: source the file"},
              {"scnn completion zsh > ~/.zfunc/_scnn",
               "zsh, with `fpath+=~/.zfunc` before `compinit` in ~/.zshrc"},
          },
      .operand = "SHELL",
      .choices = {"bash", "zsh"},
  };
}

/// Every command's options, told by the command itself.
std::vector<CompletedCommand> described(const Console& console) {
  std::vector<CompletedCommand> all;
  for (const Command& command : commands()) {
    CompletedCommand& one = all.emplace_back();
    one.summary = command.summary;
    Console asking = console;
    asking.asked = &one.line;
    static_cast<void>(command.run({}, asking));
  }
  return all;
}

}  // namespace

int completion_command(const Words& words, Console& console) {
  const auto arguments = parse(command_line(), words, console);
  if (!arguments) return kDone;
  const std::string shell = arguments->all("SHELL").front();
  if (shell != "bash" && shell != "zsh")
    throw InputError("", "found \"" + shell + "\", expected bash or zsh");
  const auto all = described(console);
  console.out << (shell == "bash" ? bash_completion(all) : zsh_completion(all));
  return kDone;
}

}  // namespace scnn::cli
