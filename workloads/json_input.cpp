#include "workloads/json_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "sparse_formats/error.hpp"
#include "workloads/json_builder.hpp"
#include "workloads/json_place.hpp"
#include "workloads/text_file.hpp"

namespace scnn::workloads {
namespace {

using nlohmann::ordered_json;

constexpr int kNumberOverflow = 406;  // nlohmann's number of "number overflow"

/// Replaces the leading comment lines by blanks, so that offsets keep their lines.
void blank_leading_comments(std::string& text) {
  std::size_t line = 0;
  while (line < text.size()) {
    const std::size_t first = text.find_first_not_of(" \t\r", line);
    if (first == std::string::npos) return;
    const std::size_t end = std::min(text.find('\n', first), text.size());
    if (text.compare(first, 2, "//") == 0)
      std::fill(text.begin() + static_cast<std::ptrdiff_t>(first),
                text.begin() + static_cast<std::ptrdiff_t>(end), ' ');
    else if (first != end)
      return;
    line = end + 1;
  }
}

/// The run of word characters around `offset`, for example `NaN` or `-Infinity`.
std::string_view word_at(std::string_view text, std::size_t& offset) {
  const auto in_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '+' || c == '-' || c == '.';
  };
  if (offset >= text.size()) return {};
  if (!in_word(text[offset])) {
    // A word the parser has just left: `tru}`.
    if (offset == 0 || !in_word(text[offset - 1])) return text.substr(offset, 1);
    --offset;
  }
  std::size_t end = offset;
  while (end < text.size() && in_word(text[end])) ++end;
  while (offset > 0 && in_word(text[offset - 1])) --offset;
  return text.substr(offset, end - offset);
}

/// nlohmann's words without its class names, position and partial token.
std::string plain_reason(std::string message) {
  const auto cut_before = [&message](std::string_view mark) {
    if (const auto at = message.find(mark); at != std::string::npos)
      message.erase(0, at + mark.size());
  };
  cut_before("] ");
  cut_before(" - ");
  if (const auto at = message.find("; last read: '"); at != std::string::npos) {
    const auto expected = message.rfind("'; expected ");
    message.erase(
        at, expected == std::string::npos || expected < at ? std::string::npos : expected + 1 - at);
  }
  return message;
}

/// What is wrong with a word that is no JSON value.
std::string word_reason(std::string_view word, const std::string& reason) {
  if (word.starts_with('/')) return "found a comment, expected comments only above the first value";
  const std::string_view unsigned_word = word.substr(word.starts_with('-') ? 1 : 0);
  if (unsigned_word == "NaN" || unsigned_word == "Infinity")
    return fmt::format("found {}, expected a finite number", word);
  const auto expected = reason.find("expected ");
  return fmt::format(
      "found \"{}\", {}", shown_text(word),
      expected == std::string_view::npos ? "expected a JSON value" : reason.substr(expected));
}

/// Where an offset lies, as people count.
std::string position_text(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto line = 1 + std::ranges::count(before, '\n');
  const auto newline = before.rfind('\n');
  const std::size_t column = newline == std::string_view::npos ? offset + 1 : offset - newline;
  return fmt::format("line {}, column {}", line, column);
}

/// \param position  what names an offset of the text
template <class Position>
[[noreturn]] void refuse_syntax(const JsonSyntaxError& error, std::string_view text,
                                const std::string& where, Position&& position) {
  // The parser counts bytes read, the one that it could not use included.
  std::size_t offset = std::min(error.position > 0 ? error.position - 1 : 0, text.size());
  std::string reason = plain_reason(error.message);
  const bool about_word = error.id == kNumberOverflow || reason.starts_with("invalid literal") ||
                          reason.starts_with("invalid number");
  if (about_word) {
    const std::string_view word = word_at(text, offset);
    reason = error.id == kNumberOverflow
                 ? fmt::format("found {}, expected a number a double can hold", shown_text(word))
                 : word_reason(word, reason);
  }
  throw InputError(where, fmt::format("{}: {}", position(text, offset), reason));
}

/// Refuses what is no text at all before the parser stumbles over its first byte.
void check_is_text(std::string_view text, const std::string& where) {
  if (text.size() > kMaxJsonBytes)
    throw InputError(
        where,
        fmt::format("larger than {} bytes, expected a JSON text of at most that", kMaxJsonBytes));
  if (text.starts_with("\x89HDF"))
    throw InputError(where, "found an HDF5 file, expected JSON text");
  if (text.find('\0') != std::string_view::npos)
    throw InputError(where, "found binary data, expected JSON text");
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
    throw InputError(where, "empty, expected JSON text");
}

}  // namespace

ordered_json read_json_file(const std::filesystem::path& path) {
  return parse_json(read_text_file(path, "a JSON file", kMaxJsonBytes), path.string());
}

ordered_json parse_json(std::string_view text, const std::string& where) {
  check_is_text(text, where);
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  std::string json(text);
  blank_leading_comments(json);
  JsonBuilder builder(where);
  ordered_json::sax_parse(json, &builder);
  if (builder.syntax_error()) refuse_syntax(*builder.syntax_error(), json, where, position_text);
  return builder.take();
}

ordered_json parse_json_line(std::string_view text, const std::string& where) {
  check_is_text(text, where);
  JsonBuilder builder(where);
  ordered_json::sax_parse(text, &builder);
  if (builder.syntax_error())
    refuse_syntax(*builder.syntax_error(), text, where, [](std::string_view, std::size_t offset) {
      return fmt::format("column {}", offset + 1);
    });
  return builder.take();
}

}  // namespace scnn::workloads
