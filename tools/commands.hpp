/// The commands of the program.
#pragma once

#include <span>
#include <string_view>

#include "tools/options.hpp"

namespace scnn::cli {

/// A command takes the words after its name and returns an exit status (exit_status.hpp).
/// Errors leave as exceptions.
struct Command {
  std::string_view name;
  std::string_view summary;
  int (*run)(const Words& words, Console& console);
};

/// In the order of `scnn --help`.
[[nodiscard]] std::span<const Command> commands();

int zoo_command(const Words& words, Console& console);
int import_command(const Words& words, Console& console);
int prune_command(const Words& words, Console& console);
int encode_command(const Words& words, Console& console);
int run_command(const Words& words, Console& console);
int compare_command(const Words& words, Console& console);
int sweep_command(const Words& words, Console& console);
int validate_command(const Words& words, Console& console);
int report_command(const Words& words, Console& console);
int check_command(const Words& words, Console& console);
int diff_command(const Words& words, Console& console);
int explain_command(const Words& words, Console& console);
int info_command(const Words& words, Console& console);
int completion_command(const Words& words, Console& console);

}  // namespace scnn::cli
