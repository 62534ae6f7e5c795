#include "workloads/import/prototxt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "sparse_formats/error.hpp"
#include "workloads/json_place.hpp"

namespace scnn::workloads::imports {
namespace {

constexpr int kMostDepth = 32;

bool in_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '-' || c == '+';
}

}  // namespace

/// Words, strings and single marks of the text, one after the other.
class PrototxtParser {
 public:
  PrototxtParser(std::string_view text, std::string where)
      : text_(text), where_(std::move(where)) {}

  Message parse() {
    Message root = begin_message();
    advance();
    read_fields(root, 0);
    if (!token_.empty()) refuse("found \"}\" that closes nothing");
    return root;
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw InputError(fmt::format("{}: line {}", where_, line_), what);
  }

  Message begin_message() const {
    Message m;
    m.place_ = fmt::format("{}: line {}", where_, line_);
    return m;
  }

  void skip_blanks() {
    while (at_ < text_.size()) {
      if (text_[at_] == '#')
        at_ = std::min(text_.find('\n', at_), text_.size());
      else if (text_[at_] == '\n')
        ++line_, ++at_;
      else if (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\r')
        ++at_;
      else
        return;
    }
  }

  /// Sets `token_` to the next word, string (without quotes) or mark; empty at the end.
  void advance() {
    skip_blanks();
    quoted_ = false;
    token_.clear();
    if (at_ == text_.size()) return;
    const char c = text_[at_];
    if (c == '"' || c == '\'') return read_quoted(c);
    const std::size_t start = at_;
    while (at_ < text_.size() && in_word(text_[at_])) ++at_;
    if (at_ == start) ++at_;
    token_ = text_.substr(start, at_ - start);
  }

  void read_quoted(char quote) {
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) refuse("found a string without an end");
    token_ = text_.substr(at_ + 1, end - at_ - 1);
    if (token_.find('\n') != std::string::npos) refuse("found a string without an end");
    quoted_ = true;
    at_ = end + 1;
  }

  [[nodiscard]] bool is_mark(char c) const {
    return !quoted_ && token_.size() == 1 && token_.front() == c;
  }
  [[nodiscard]] bool is_word() const { return !quoted_ && !token_.empty() && in_word(token_[0]); }

  void read_fields(Message& message, int depth) {
    while (quoted_ || (!token_.empty() && !is_mark('}'))) {
      if (!is_word())
        refuse(fmt::format("found \"{}\", expected the name of a field", shown_text(token_)));
      const std::string name = std::exchange(token_, {});
      advance();
      const bool colon = is_mark(':');
      if (colon) advance();
      if (is_mark('{'))
        read_message(message, name, depth);
      else if (colon && is_mark('['))
        read_list(message, name);
      else if (colon)
        message.fields_.push_back({name, read_value()});
      else
        refuse(fmt::format("found \"{}\" after {}, expected \":\" or \"{{\"", shown_text(token_),
                           shown_text(name)));
      if (is_mark(',') || is_mark(';')) advance();
    }
  }

  void read_message(Message& outer, const std::string& name, int depth) {
    if (depth == kMostDepth)
      refuse(
          fmt::format("messages nested deeper than {} levels, expected at most that", kMostDepth));
    Message inner = begin_message();
    advance();
    read_fields(inner, depth + 1);
    if (!is_mark('}')) refuse(fmt::format("found the end of the file in {}", shown_text(name)));
    advance();
    Message::Field field{name, {}};
    field.inner.push_back(std::move(inner));
    outer.fields_.push_back(std::move(field));
  }

  void read_list(Message& message, const std::string& name) {
    advance();
    while (!is_mark(']')) {
      message.fields_.push_back({name, read_value()});
      if (is_mark(',')) advance();
    }
    advance();
  }

  std::string read_value() {
    if (!quoted_ && !is_word())
      refuse(token_.empty() ? "found the end of the file, expected a value"
                            : fmt::format("found \"{}\", expected a value", shown_text(token_)));
    std::string value = token_;
    const bool string = quoted_;
    advance();
    // Adjacent strings are one.
    for (; string && quoted_; advance()) value += token_;
    return value;
  }

  std::string_view text_;
  std::string where_;
  std::size_t at_ = 0;
  int line_ = 1;
  std::string token_;
  bool quoted_ = false;
};

std::vector<const Message*> Message::messages(std::string_view name) const {
  std::vector<const Message*> found;
  for (const Field& field : fields_)
    if (field.name == name && !field.inner.empty()) found.push_back(&field.inner.front());
  return found;
}

const Message* Message::message(std::string_view name) const {
  const auto found = messages(name);
  return found.empty() ? nullptr : found.front();
}

std::vector<std::string> Message::texts(std::string_view name) const {
  std::vector<std::string> found;
  for (const Field& field : fields_)
    if (field.name == name && field.inner.empty()) found.push_back(field.text);
  return found;
}

std::string Message::text(std::string_view name, std::string_view fallback) const {
  const auto found = texts(name);
  return found.empty() ? std::string(fallback) : found.front();
}

std::vector<std::int64_t> Message::integers(std::string_view name, std::int64_t least) const {
  constexpr std::int64_t kMost = std::int64_t{1} << 24;
  std::vector<std::int64_t> found;
  for (const std::string& text : texts(name)) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < least || value > kMost)
      throw InputError(place_, fmt::format("{} is \"{}\", expected an integer from {} to {}", name,
                                           shown_text(text), least, kMost));
    found.push_back(value);
  }
  return found;
}

bool Message::has(std::string_view name) const {
  return std::ranges::find(fields_, name, &Field::name) != fields_.end();
}

Message parse_prototxt(std::string_view text, const std::string& where) {
  return PrototxtParser(text, where).parse();
}

}  // namespace scnn::workloads::imports
