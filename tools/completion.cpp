#include "tools/completion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <sstream>

namespace scnn::cli {
namespace {

/// Of the bash script, what no command changes; @NAMES@ are theirs.
constexpr const char* kBashFunction = R"(_scnn() {
    local cur=${COMP_WORDS[COMP_CWORD]} last=${COMP_WORDS[COMP_CWORD-1]}
    local command=${COMP_WORDS[1]} value='' words='' files='' list='' options='' again=''
    local glob word
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        COMPREPLY=($(compgen -W '@NAMES@ --help --version' -- "$cur"))
        return
    fi
    # Bash takes the = of --option=value for a word.
    if [[ $cur == = ]]; then
        cur=""
    elif [[ $last == = ]] && ((COMP_CWORD > 2)); then
        last=${COMP_WORDS[COMP_CWORD-2]}
    fi
    _scnn_value "$command" "$last"
    if [[ -z $value ]]; then
        _scnn_command "$command"
        if [[ $cur == -* ]]; then
            local given=" ${COMP_WORDS[*]:2:COMP_CWORD-2} " left=""
            for word in $options; do
                [[ $given == *" $word "* && $again != *" $word "* ]] || left+=" $word"
            done
            COMPREPLY=($(compgen -W "$left" -- "$cur"))
            return
        fi
    fi
    if [[ -n $list && $cur == *,* ]]; then
        # Words after the last comma, those before stay.
        COMPREPLY=($(compgen -P "${cur%,*}," -W "$words" -- "${cur##*,}"))
    else
        COMPREPLY=($(compgen -W "$words" -- "$cur"))
    fi
    [[ -n $files ]] || return
    local IFS=$'\n' noglob=$-
    set -f
    compopt -o filenames 2>/dev/null
    [[ $files == '*' ]] || COMPREPLY+=($(compgen -d -- "$cur"))
    if [[ $files != / ]]; then
        IFS=' '
        for glob in $files; do
            IFS=$'\n'
            COMPREPLY+=($(compgen -f -X "!$glob" -- "$cur"))
        done
    fi
    [[ $noglob == *f* ]] || set +f
}

complete -o nosort -F _scnn scnn 2>/dev/null || complete -F _scnn scnn
)";

struct Files {
  std::string_view placeholder, globs;
};
constexpr std::array kFiles{
    Files{"NET", "*.h5 *.hdf5"},
    Files{"ENCODED", "*.h5 *.hdf5"},
    Files{"PREVIOUS", "*.h5 *.hdf5"},
    Files{"ARCH", "*.json"},
    Files{"CASES", "*.json"},
    Files{"PLAN", "*.json"},
    Files{"BASELINE", "*.json"},
    Files{"A", "*.json"},
    Files{"B", "*.json"},
    Files{"RESULT", "*.json"},
    Files{"LOG", "*.jsonl"},
    Files{"FILE", "*"},
    Files{"WHAT", "*"},
    Files{"DIR", "/"},
};

/// Options of every command, as `parse` adds them.
const std::array kEverywhere{OptionHelp{"quiet", "", "no notes and no progress"},
                             OptionHelp{"help", "", "this text"}};

std::vector<OptionHelp> options_of(const CommandLine& line) {
  std::vector<OptionHelp> all = line.options;
  all.insert(all.end(), kEverywhere.begin(), kEverywhere.end());
  return all;
}

Words operands_of(const CommandLine& line) {
  std::istringstream text{std::string(line.operand)};
  return {std::istream_iterator<std::string>(text), {}};
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

/// Within single quotes of a shell.
std::string quoted(std::string_view text) { return replaced(std::string(text), "'", "'\\''"); }

std::string joined_words(const std::vector<std::string_view>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

/// The assignments of a case of the bash script.
std::string bash_value(const std::vector<std::string_view>& choices, std::string_view placeholder,
                       bool list) {
  std::string text;
  if (!choices.empty()) text += fmt::format(" words='{}'", quoted(joined_words(choices)));
  if (const auto files = files_of(placeholder); !files.empty())
    text += fmt::format(" files='{}'", files);
  return text + (list ? " list=yes" : "");
}

/// The first clause of a help text, for a line of the shell.
std::string first_clause(std::string_view text) {
  return std::string(text.substr(0, text.find("; ")));
}

/// A description in a specification of zsh's _arguments.
std::string zsh_text(std::string_view text) {
  std::string escaped;
  for (const char c : first_clause(text)) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return quoted(escaped);
}

std::string zsh_files(std::string_view globs) {
  if (globs == "*") return "_files";
  if (globs == "/") return "_files -/";
  std::string alternatives(globs);
  std::ranges::replace(alternatives, ' ', '|');
  return fmt::format("_files -g \"({})(-.)\"", alternatives);
}

/// What completes a value; functions for what does not fit a specification go to `helpers`.
std::string zsh_action(const OptionHelp& option, std::string_view command, std::string& helpers) {
  const auto files = files_of(option.value);
  if (option.choices.empty()) return files.empty() ? " " : zsh_files(files);
  const std::string words = joined_words(option.choices);
  if (option.list) return fmt::format("_values -s , {} {}", option.value, words);
  if (files.empty()) return fmt::format("({})", words);
  const std::string name =
      fmt::format("_scnn_{}_{}", command, replaced(std::string(option.name), "-", "_"));
  helpers += fmt::format("{}() {{\n  _alternative 'words:word:({})' 'files:file:{}'\n}}\n", name,
                         words, zsh_files(files));
  return name;
}

std::string zsh_option(const OptionHelp& option, std::string_view command, std::string& helpers) {
  const std::string_view again = option.repeatable ? "*" : "";
  if (option.value.empty())
    return fmt::format("'{}--{}[{}]'", again, option.name, zsh_text(option.text));
  return fmt::format("'{}--{}=[{}]:{}:{}'", again, option.name, zsh_text(option.text), option.value,
                     zsh_action(option, command, helpers));
}

/// A line of specifications, one option or operand each.
std::string zsh_command(const CommandLine& line, std::string& helpers) {
  std::string text = fmt::format("    {})\n      _arguments -S", line.name);
  for (const OptionHelp& option : options_of(line))
    text += " \\\n        " + zsh_option(option, line.name, helpers);
  std::size_t place = 0;
  for (const std::string& operand : operands_of(line)) {
    const OptionHelp as_option{
        .name = operand, .value = operand, .text = {}, .choices = line.choices};
    text += fmt::format(" \\\n        '{}:{}:{}'", line.operands ? "*" : std::to_string(++place),
                        operand, zsh_action(as_option, line.name, helpers));
  }
  return text + "\n      ;;\n";
}

}  // namespace

std::string_view files_of(std::string_view placeholder) {
  if (placeholder.ends_with("...")) placeholder.remove_suffix(3);  // it takes several
  const auto* const found = std::ranges::find(kFiles, placeholder, &Files::placeholder);
  return found == kFiles.end() ? std::string_view() : found->globs;
}

std::string bash_completion(const std::vector<CompletedCommand>& commands) {
  std::string names, options, values;
  for (const auto& [summary, line] : commands) {
    names += fmt::format("{}{}", names.empty() ? "" : " ", line.name);
    std::string own, again;
    for (const OptionHelp& o : options_of(line)) {
      own += fmt::format(" --{}", o.name);
      if (o.repeatable) again += fmt::format(" --{}", o.name);
      if (!o.value.empty())
        values += fmt::format("    '{} --{}') value=yes{} ;;\n", line.name, o.name,
                              bash_value(o.choices, o.value, o.list));
    }
    options += fmt::format("    {}) options='{}' again='{} '", line.name, own.substr(1), again);
    for (const std::string& operand : operands_of(line))
      if (operand == operands_of(line).front()) options += bash_value(line.choices, operand, false);
    options += " ;;\n";
  }
  return fmt::format(R"(# Completion of scnn for bash, made by: scnn completion bash
_scnn_value() {{ # what follows option $2 of command $1
    case "$1 $2" in
{}    esac
}}

_scnn_command() {{ # what command $1 takes
    case "$1" in
{}    esac
}}

)",
                     values, options) +
         replaced(kBashFunction, "@NAMES@", names);
}

std::string zsh_completion(const std::vector<CompletedCommand>& commands) {
  std::string names, cases, helpers;
  for (const auto& [summary, line] : commands) {
    names += fmt::format("    '{}:{}'\n", line.name, zsh_text(summary));
    cases += zsh_command(line, helpers);
  }
  return fmt::format(R"(#compdef scnn
# Completion of scnn for zsh, made by: scnn completion zsh
{}_scnn() {{
  local curcontext="$curcontext" state line
  typeset -A opt_args
  local -a commands=(
{}  )
  _arguments -C '(- *)--help[the commands]' '(- *)--version[version and commit]' \
    '1: :->command' '*:: :->words'
  if [[ $state == command ]]; then
    _describe -t commands command commands
    return
  fi
  case $words[1] in
{}  esac
}}

if [[ $funcstack[1] == _scnn ]]; then
  _scnn "$@"
else
  compdef _scnn scnn
fi
)",
                     helpers, names, cases);
}

}  // namespace scnn::cli
