#include "tools/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <iterator>
#include <ostream>
#include <sstream>

#include "sparse_formats/error.hpp"
#include "tools/table.hpp"

namespace scnn::cli {
namespace {

namespace po = boost::program_options;

const char* const kOperandKey = "operand";  // boost's name for words without dashes

po::options_description describe(const CommandLine& line, int width) {
  po::options_description options("Options", static_cast<unsigned>(width),
                                  static_cast<unsigned>(width) / 2);
  auto add = options.add_options();
  const auto value = [](std::string_view placeholder) {
    auto* semantic = po::value<Words>()->composing()->value_name(std::string(placeholder));
    return placeholder.ends_with("...") ? semantic->multitoken() : semantic;
  };
  for (const OptionHelp& o : line.options) {
    const std::string name(o.name), text(o.text);
    if (o.value.empty())
      add(name.c_str(), text.c_str());
    else
      add(name.c_str(), value(o.value), text.c_str());
  }
  add("quiet", "no notes and no progress");
  add("help", "this text");
  return options;
}

/// Boost's exceptions in the words of this program.
[[noreturn]] void refuse(const po::error& error, const std::string& see) {
  if (const auto* unknown = dynamic_cast<const po::unknown_option*>(&error))
    throw InputError(unknown->get_option_name(), "unknown option, expected one of those " + see);
  if (const auto* syntax = dynamic_cast<const po::invalid_command_line_syntax*>(&error)) {
    using Kind = po::invalid_syntax::kind_t;
    const bool surplus = syntax->kind() == Kind::extra_parameter;
    throw InputError(syntax->get_option_name(), surplus
                                                    ? "found a value, expected none: it is a switch"
                                                    : "found no value, expected one " + see);
  }
  throw InputError("", fmt::format("{}, expected a command line as {}", error.what(), see));
}

po::parsed_options parse_words(const Words& words, const po::options_description& options,
                               const std::string& see) {
  namespace style = po::command_line_style;
  po::options_description all(options);
  all.add_options()(kOperandKey, po::value<Words>());
  po::positional_options_description operands;
  operands.add(kOperandKey, -1);
  try {
    return po::command_line_parser(words)
        .options(all)
        .positional(operands)
        .style(style::allow_long | style::long_allow_adjacent | style::long_allow_next)
        .run();
  } catch (const po::error& error) {
    refuse(error, see);
  }
}

bool is_repeatable(const CommandLine& line, std::string_view name) {
  return std::ranges::any_of(
      line.options, [name](const OptionHelp& o) { return o.name == name && o.repeatable; });
}

/// The names of the words without dashes that a command takes.
Words operand_names(const CommandLine& line) {
  std::istringstream text{std::string(line.operand)};
  return {std::istream_iterator<std::string>(text), {}};
}

/// \param replaced  whether the option that goes without operands was given
void check_operands(const CommandLine& line, const Words& found, bool replaced,
                    const std::string& see) {
  const Words expected = operand_names(line);
  if (found.size() > expected.size() && !line.operands)
    throw InputError(
        "",
        fmt::format("found \"{}\", expected {} {}", found[expected.size()],
                    expected.empty() ? "only options"
                                     : "one " + fmt::format("{}", fmt::join(expected, " and one ")),
                    see));
  if (found.size() < expected.size() && !replaced)
    throw InputError("", fmt::format("found no {}, expected one{} {}", expected[found.size()],
                                     line.operands ? " or more" : "", see));
}

std::map<std::string, Words, std::less<>> collect(const CommandLine& line,
                                                  const po::parsed_options& parsed,
                                                  const std::string& see) {
  std::map<std::string, Words, std::less<>> values;
  Words operands;
  for (const auto& option : parsed.options) {
    if (option.string_key == kOperandKey) {
      operands.insert(operands.end(), option.value.begin(), option.value.end());
      continue;
    }
    const std::string where = "--" + option.string_key;
    Words& all = values[option.string_key];
    const bool again = !all.empty() || (values.contains(option.string_key) && option.value.empty());
    all.insert(all.end(), option.value.begin(), option.value.end());
    if (again && !option.value.empty() && !is_repeatable(line, option.string_key))
      throw InputError(where, "given twice, expected once");
    if (std::ranges::any_of(option.value, [](const auto& v) { return v.empty(); }))
      throw InputError(where, "found an empty value, expected one " + see);
  }
  check_operands(line, operands, values.contains(line.instead), see);
  const Words names = operand_names(line);
  for (std::size_t i = 0; i < operands.size(); ++i)
    if (line.operands)
      values[names.front()] = operands;
    else
      values[names[i]] = {operands[i]};
  return values;
}

/// A command line in lines that a shell takes as one.
std::string wrapped(std::string_view line, std::size_t width) {
  constexpr std::string_view kContinued = " \\\n      ";
  std::string text = "  ";
  for (std::size_t room = width - text.size() - 2; line.size() > room; room = width - 8) {
    const std::size_t at = line.rfind(" --", room);
    if (at == std::string_view::npos || at == 0) break;
    text += line.substr(0, at);
    text += kContinued;
    line.remove_prefix(at + 1);
  }
  return text += line;
}

Arguments::Choices choices_of(const CommandLine& line) {
  Arguments::Choices choices;
  for (const OptionHelp& o : line.options)
    if (!o.choices.empty()) choices[std::string(o.name)] = o.choices;
  return choices;
}

}  // namespace

std::string help_text(const CommandLine& line, int width) {
  std::ostringstream text;
  width = std::min(width, kTableWidth);
  text << "Usage: scnn " << line.name << ' ' << line.usage << "\n\n"
       << reflowed(line.about, width) << "\n\n";
  text << describe(line, width) << '\n';
  text << "Examples:\n";
  for (const Example& e : line.examples)
    text << wrapped(e.line, static_cast<std::size_t>(width)) << "\n    # " << e.text << '\n';
  return text.str();
}

std::optional<Arguments> parse(const CommandLine& line, const Words& words, Console& console) {
  if (console.asked != nullptr) {
    *console.asked = line;
    return std::nullopt;
  }
  if (std::ranges::any_of(words, [](const auto& w) { return w == "--help" || w == "-h"; })) {
    console.out << help_text(line, console.width);
    return std::nullopt;
  }
  const std::string see = fmt::format("(see scnn {} --help)", line.name);
  const auto parsed = parse_words(words, describe(line, console.width), see);
  Arguments arguments(std::string(line.name), collect(line, parsed, see), choices_of(line));
  console.quiet = arguments.has("quiet");
  arguments.refuse_shared_files();
  return arguments;
}

}  // namespace scnn::cli
