#include "tools/table.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

#include "tools/numbers.hpp"

namespace scnn::cli {
namespace {

constexpr std::size_t kGap = 2;        ///< spaces between columns
constexpr std::size_t kNarrowGap = 1;  ///< where that makes a narrow terminal do
constexpr std::size_t kLongText = 24;  ///< texts are shortened to this when there is no room
constexpr std::size_t kLeastText = 8;  ///< and not below this
constexpr std::string_view kEllipsis = "..";

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80; }

/// Bytes of the first `count` code points.
std::size_t bytes_of(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; at < text.size(); ++at)
    if (!is_continuation(text[at]) && count-- == 0) break;
  return at;
}

std::string padded(std::string_view text, std::size_t width, bool left) {
  const std::string space(width - std::min(width, display_width(text)), ' ');
  return left ? std::string(text) + space : space + std::string(text);
}

void end_line(std::string& text) {
  text.erase(text.find_last_not_of(' ') + 1);
  text += '\n';
}

}  // namespace

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return !is_continuation(c); }));
}

std::string shortened(std::string_view text, std::size_t width) {
  const std::size_t length = display_width(text);
  if (length <= width) return std::string(text);
  const std::size_t kept = width - kEllipsis.size();
  const std::size_t head = (kept + 1) / 2;
  std::string result(text.substr(0, bytes_of(text, head)));
  result += kEllipsis;
  result += text.substr(bytes_of(text, length - (kept - head)));
  return result;
}

void Table::add(const std::string& heading, std::vector<std::string> cells, bool left) {
  Column column{.heading = lines_of(heading), .cells = std::move(cells), .left = left};
  for (const auto& line : column.heading)
    column.width = std::max(column.width, display_width(line));
  for (const auto& cell : column.cells) column.width = std::max(column.width, display_width(cell));
  columns_.push_back(std::move(column));
}

Table& Table::text(const std::string& heading, std::vector<std::string> cells) {
  add(heading, std::move(cells), true);
  return *this;
}

Table& Table::cells(const std::string& heading, std::vector<std::string> cells) {
  add(heading, std::move(cells), false);
  return *this;
}

Table& Table::counts(std::string_view heading, std::string_view unit,
                     const std::vector<std::uint64_t>& values) {
  ScaledCounts column = scaled(values);
  std::string text(heading);
  text += '\n';
  text += column.prefix;
  if (!column.prefix.empty() && !unit.empty()) text += ' ';
  text += unit;
  return cells(text, std::move(column.cells));
}

Table& Table::numbers(const std::string& heading, const std::vector<std::optional<double>>& values,
                      int decimals) {
  std::vector<std::string> texts;
  texts.reserve(values.size());
  for (const auto& value : values) texts.push_back(fixed(value, decimals));
  return cells(heading, std::move(texts));
}

Table& Table::rule_before(std::size_t row) {
  rules_.push_back(row);
  return *this;
}

std::string Table::block(const std::vector<const Column*>& columns, const Layout& layout,
                         std::size_t gap) const {
  std::string text;
  std::string rule;
  std::size_t heading = 0;
  for (const Column* c : columns) {
    heading = std::max(heading, c->heading.size());
    rule += std::string(rule.empty() ? 0 : gap, ' ') + std::string(c->width, '-');
  }
  const auto add_line = [&](const auto& cell_of) {
    std::string line;
    for (const Column* c : columns)
      line += std::string(line.empty() ? 0 : gap, ' ') + padded(cell_of(*c), c->width, c->left);
    end_line(line);
    text += line;
  };
  for (std::size_t i = 0; i < heading; ++i)
    add_line([&](const Column& c) {
      const std::size_t above = heading - c.heading.size();
      return i < above ? std::string() : c.heading[i - above];
    });
  std::string headings;
  for (const std::string& line : lines_of(text)) headings += layout.heading(line) + '\n';
  text = std::move(headings);
  text += rule + '\n';
  for (std::size_t row = 0; row < columns.front()->cells.size(); ++row) {
    if (std::ranges::find(rules_, row) != rules_.end()) text += rule + '\n';
    add_line([row](const Column& c) { return c.cells[row]; });
  }
  return text;
}

std::vector<Table::Column> Table::fitted(std::size_t room) const {
  std::vector<Column> columns = columns_;
  const auto shorten = [](Column& c, std::size_t width) {
    for (const auto& line : c.heading) width = std::max(width, display_width(line));
    if (c.width <= width) return;
    for (auto& cell : c.cells) cell = shortened(cell, width);
    c.width = width;
  };
  const auto total = [&columns] {
    std::size_t sum = 0;
    for (const Column& c : columns) sum += c.width + kGap;
    return sum - std::min(sum, kGap);
  };
  for (Column& c : columns) {
    if (total() <= room) break;
    if (c.left) shorten(c, kLongText);
  }
  // A column that has no room even in a block of its own.
  std::size_t keys = 0;
  for (std::size_t i = 0; i < std::min(keys_, columns.size()); ++i) keys += columns[i].width + kGap;
  for (std::size_t i = keys_; i < columns.size(); ++i)
    if (keys + columns[i].width > room)
      shorten(columns[i], std::max(room - std::min(room, keys), kLeastText));
  return columns;
}

std::string Table::str(const Layout& layout) const {
  const auto room = static_cast<std::size_t>(layout.width);
  const std::vector<Column> columns = fitted(room);
  const auto total = [&columns](std::size_t between) {
    std::size_t sum = 0;
    for (const Column& c : columns) sum += c.width + (sum == 0 ? 0 : between);
    return sum;
  };
  const bool narrow = layout.width < kTableWidth && total(kGap) > room && total(kNarrowGap) <= room;
  const std::size_t gap = narrow ? kNarrowGap : kGap;

  std::string text;
  std::vector<const Column*> line;
  std::size_t used = 0;
  const auto start = [&] {
    line.clear();
    used = 0;
    for (std::size_t i = 0; i < std::min(keys_, columns.size()); ++i) {
      line.push_back(&columns[i]);
      used += columns[i].width + gap;
    }
  };
  start();
  for (std::size_t i = keys_; i < columns.size(); ++i) {
    if (used + columns[i].width > room && line.size() > keys_) {
      text += block(line, layout, gap) + '\n';
      start();
    }
    line.push_back(&columns[i]);
    used += columns[i].width + gap;
  }
  return text + block(line, layout, gap);
}

namespace {

/// Words in lines of at most `width` columns, those after the first with `indent` before.
std::string in_lines(std::string_view text, std::size_t width, std::string_view indent) {
  std::istringstream in{std::string(text)};
  std::string out, line;
  for (std::string word; in >> word;) {
    if (!line.empty() && display_width(line) + 1 + display_width(word) > width) {
      out += line + '\n';
      line = indent;
      line += word;
    } else {
      line += (line.empty() ? "" : " ") + word;
    }
  }
  return out + line + '\n';
}

}  // namespace

std::string filled(std::string_view text, int width) {
  return in_lines(text, static_cast<std::size_t>(width), "  ");
}

std::string reflowed(std::string_view text, int width) {
  const auto lines = lines_of(std::string(text));
  const auto room = static_cast<std::size_t>(width);
  if (std::ranges::all_of(lines, [room](const auto& l) { return display_width(l) <= room; }))
    return std::string(text);
  std::string result, paragraph;
  const auto end_paragraph = [&] {
    if (!paragraph.empty()) result += in_lines(paragraph, room, "");
    paragraph.clear();
  };
  for (const std::string& line : lines) {
    if (!line.empty() && line.front() != ' ') {
      paragraph += line + ' ';
      continue;
    }
    end_paragraph();
    result += line + '\n';
  }
  end_paragraph();
  if (!text.ends_with('\n')) result.pop_back();
  return result;
}

std::string wrapped(std::string_view sentence, int width, std::string_view indent) {
  std::string result, line(indent);
  while (!sentence.empty()) {
    std::size_t end = sentence.find_first_of(",;:");
    // A comma inside of a number is none.
    while (end != std::string_view::npos && end + 1 < sentence.size() && sentence[end + 1] != ' ')
      end = sentence.find_first_of(",;:", end + 1);
    end = end == std::string_view::npos ? sentence.size() : std::min(end + 2, sentence.size());
    const std::string_view part = sentence.substr(0, end);
    const std::size_t used = line.size() + part.size() - (part.ends_with(' ') ? 1 : 0);
    if (used > static_cast<std::size_t>(width) &&
        line.find_first_not_of(' ') != std::string::npos) {
      line.resize(line.find_last_not_of(' ') + 1);
      result += line + '\n';
      line = std::string(indent) + "  ";
    }
    line += part;
    sentence.remove_prefix(end);
  }
  return result + line + '\n';
}

}  // namespace scnn::cli
