/// The command line of one command: declared once, parsed strictly, explained by --help.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/console.hpp"

namespace scnn::cli {

using Words = std::vector<std::string>;

/// What was given. Values are checked when they are asked for.
///
/// Every reader throws InputError `--option: found ..., expected ...`.
class Arguments {
 public:
  using Choices = std::map<std::string, std::vector<std::string_view>, std::less<>>;

  Arguments(std::string command, std::map<std::string, Words, std::less<>> values,
            Choices choices = {})
      : command_(std::move(command)), values_(std::move(values)), choices_(std::move(choices)) {}

  [[nodiscard]] bool has(std::string_view name) const;
  /// Every value of a repeatable option, in order.
  [[nodiscard]] Words all(std::string_view name) const;
  [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
  /// A value that must have been given.
  [[nodiscard]] std::string required(std::string_view name) const;
  /// An integer from `low` to `high`.
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name, std::int64_t low,
                                                    std::int64_t high) const;
  /// A density above 0, at most 1.
  [[nodiscard]] std::optional<double> density(std::string_view name) const;
  /// Index of the value among the choices that the option is declared with.
  [[nodiscard]] std::optional<std::size_t> choice(std::string_view name) const;
  /// The comma-separated parts of the value; none when it was not given.
  [[nodiscard]] Words list(std::string_view name) const;
  /// Throws unless exactly one of `names` was given. \return its name
  std::string_view exactly_one(const std::vector<std::string_view>& names) const;
  /// Throws when both were given.
  void not_both(std::string_view a, std::string_view b) const;
  /// Throws when a file to be written is also one that is read, or another to be written;
  /// only `prune` may put its network into the place of the one it read.
  void refuse_shared_files() const;

 private:
  std::string command_;
  std::map<std::string, Words, std::less<>> values_;
  Choices choices_;
};

/// A number in (0,1] as the command line gives it; `where` names the option in messages.
[[nodiscard]] double parse_density(const std::string& text, const std::string& where);
/// Any finite number; nothing for other texts.
[[nodiscard]] std::optional<double> parse_real(const std::string& text);
[[nodiscard]] std::int64_t parse_integer(const std::string& text, const std::string& where,
                                         std::int64_t low, std::int64_t high);

/// An option and its line in --help.
struct OptionHelp {
  std::string_view name;   ///< without dashes
  std::string_view value;  ///< placeholder of its value; empty for a switch, `FILE...` for several
  std::string_view text;
  bool repeatable = false;
  /// Values it takes, or the usual ones; shells offer them. None: anything.
  std::vector<std::string_view> choices = {};
  bool list = false;  ///< takes several of them, comma-separated
};

/// A command line somebody might type, and what it does.
struct Example {
  std::string_view line, text;
};

/// Everything about a command's command line. `--help` and `--quiet` are added to all.
struct CommandLine {
  std::string_view name;   ///< `run`
  std::string_view usage;  ///< what follows the name: `--network NET [options]`
  std::string_view about;  ///< paragraphs, lines broken
  std::vector<OptionHelp> options;
  std::vector<Example> examples;
  /// The words without dashes it takes, each once: `NAME`, `A B`.
  std::string_view operand = {};
  bool operands = false;                       ///< takes one such word or more
  std::vector<std::string_view> choices = {};  ///< words that are taken
  std::string_view instead = {};               ///< an option that goes without those words: `merge`
};

/// Parses the words after the command's name. Options may not be abbreviated.
/// \return  every operand under its name; nothing when --help was asked for, and printed, or
///          when the options were (Console::asked)
/// \throws  InputError for unknown options, missing values, surplus words
[[nodiscard]] std::optional<Arguments> parse(const CommandLine& line, const Words& words,
                                             Console& console);

/// The text `--help` prints.
[[nodiscard]] std::string help_text(const CommandLine& line, int width);

}  // namespace scnn::cli
