/// Tables for people: aligned, headed with units, never wider than they may be.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/layout.hpp"

namespace scnn::cli {

/// A table built column by column; every column has the same number of cells.
///
/// Headings may have several lines, separated by '\n'; the last says the unit. Text is
/// aligned left, numbers right. What does not fit the width is continued in a second block
/// of lines under the first, with the key columns repeated, so that nothing is left out; long
/// texts are shortened first, and gaps where that is enough on a narrow terminal.
class Table {
 public:
  /// \param keys  leading columns that are repeated in every block
  explicit Table(std::size_t keys = 1) : keys_(keys) {}

  Table& text(const std::string& heading, std::vector<std::string> cells);
  /// Cells that are formatted already, aligned right.
  Table& cells(const std::string& heading, std::vector<std::string> cells);
  /// Counts in one scale for the column; `unit` gets its prefix: `k cycles`, or `k`.
  Table& counts(std::string_view heading, std::string_view unit,
                const std::vector<std::uint64_t>& values);
  Table& numbers(const std::string& heading, const std::vector<std::optional<double>>& values,
                 int decimals);
  /// A line between row `row - 1` and `row`.
  Table& rule_before(std::size_t row);

  /// The table, every line ended, at most as wide as the layout.
  [[nodiscard]] std::string str(const Layout& layout) const;

 private:
  struct Column {
    std::vector<std::string> heading;  ///< its lines
    std::vector<std::string> cells;
    bool left = false;
    std::size_t width = 0;
  };

  void add(const std::string& heading, std::vector<std::string> cells, bool left);
  [[nodiscard]] std::string block(const std::vector<const Column*>& columns, const Layout& layout,
                                  std::size_t gap) const;
  /// The columns, texts shortened as far as `room` demands.
  [[nodiscard]] std::vector<Column> fitted(std::size_t room) const;

  std::size_t keys_;
  std::vector<Column> columns_;
  std::vector<std::size_t> rules_;
};

/// Shortens a text in its middle: `conv4_bl..x1`. \pre `width >= 4`
[[nodiscard]] std::string shortened(std::string_view text, std::size_t width);

/// A sentence in lines of at most `width` where its commas and semicolons allow that; lines
/// after the first are indented deeper than `indent`.
[[nodiscard]] std::string wrapped(std::string_view sentence, int width,
                                  std::string_view indent = {});

/// A text in lines of at most `width` columns, further lines indented by two.
[[nodiscard]] std::string filled(std::string_view text, int width);

/// A text of lines as it is, where they fit the width; else its paragraphs, broken anew. Blank
/// lines and lines that begin with a space stay lines.
[[nodiscard]] std::string reflowed(std::string_view text, int width);

/// Columns a UTF-8 text takes, one per code point.
[[nodiscard]] std::size_t display_width(std::string_view text);

}  // namespace scnn::cli
