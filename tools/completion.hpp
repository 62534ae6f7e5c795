/// Scripts that let a shell complete command lines, made from what the commands declare.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/options.hpp"

namespace scnn::cli {

/// A command as completion sees it.
struct CompletedCommand {
  std::string_view summary;
  CommandLine line;
};

/// A script for bash 4.4 or later; it needs no other package.
[[nodiscard]] std::string bash_completion(const std::vector<CompletedCommand>& commands);
/// A script for zsh, as a function of its `fpath` or to be sourced.
[[nodiscard]] std::string zsh_completion(const std::vector<CompletedCommand>& commands);

/// What a value names, by its placeholder: globs of files, `*` for any, `/` for folders;
/// empty where it names none.
[[nodiscard]] std::string_view files_of(std::string_view placeholder);

}  // namespace scnn::cli
