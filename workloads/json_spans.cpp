#include "workloads/json_spans.hpp"

#include <algorithm>

#include "workloads/json_input.hpp"

namespace scnn::workloads {
namespace {

/// Walks over text that is known to be JSON.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) { skip_comments(); }

  [[nodiscard]] std::size_t at() const { return at_; }
  /// The next character that is no blank.
  char peek() {
    at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  /// Takes the next character when it is `c`.
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  /// Leaves a value behind.
  TextSpan value() {
    const char first = peek();
    TextSpan span{at_, at_};
    if (first == '"')
      skip_string();
    else if (first == '{' || first == '[')
      skip_nested();
    else
      at_ = std::min(text_.find_first_of(" \t\r\n,]}", at_), text_.size());
    span.end = at_;
    return span;
  }

 private:
  /// Lines above the first value that begin with `//`.
  void skip_comments() {
    if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;
    while (peek() == '/') at_ = std::min(text_.find('\n', at_), text_.size());
  }
  void skip_string() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_)
      if (text_[at_] == '\\') ++at_;
    ++at_;
  }
  void skip_nested() {
    std::size_t depth = 0;
    do {
      const char c = peek();
      if (c == '"') {
        skip_string();
        continue;
      }
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      ++at_;
    } while (depth > 0 && at_ < text_.size());
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<TextSpan> element_spans(std::string_view json, std::string_view key) {
  std::vector<TextSpan> spans;
  Scanner scanner(json);
  scanner.take('{');
  while (scanner.peek() == '"') {
    const TextSpan name = scanner.value();
    scanner.take(':');
    // A key may be written with escapes.
    const auto found = parse_json(json.substr(name.begin, name.end - name.begin), "key");
    if (found.get_ref<const std::string&>() != key) {
      scanner.value();
    } else if (scanner.take('[')) {
      while (scanner.peek() != ']' && scanner.peek() != '\0') {
        spans.push_back(scanner.value());
        scanner.take(',');
      }
      return spans;
    }
    scanner.take(',');
  }
  return spans;
}

std::string indentation_at(std::string_view text, std::size_t at) {
  const std::size_t newline = text.rfind('\n', at);
  const std::size_t first = newline == std::string_view::npos || at == 0 ? 0 : newline + 1;
  const std::size_t end = std::min(text.find_first_not_of(" \t", first), text.size());
  return std::string(text.substr(first, end - first));
}

}  // namespace scnn::workloads
