/// How text for people is laid out.
#pragma once

#include <string>
#include <string_view>

namespace scnn::cli {

/// What a table gets where nobody looks at a terminal.
inline constexpr int kTableWidth = 100;
/// Widest a table gets on a terminal: eyes lose the line beyond.
inline constexpr int kWidestTable = 160;

struct Layout {
  // NOLINTNEXTLINE(google-explicit-constructor): a width alone is a layout without style
  Layout(int columns, bool stands_out = false) : width(columns), styled(stands_out) {}

  int width;            ///< columns
  bool styled = false;  ///< headings are bold

  /// The same with fewer columns.
  [[nodiscard]] Layout less(int columns) const { return {width - columns, styled}; }
  /// A heading: bold where that is shown.
  [[nodiscard]] std::string heading(std::string_view text) const;
  /// What a reader should see first: bold and in colour where that is shown.
  [[nodiscard]] std::string accent(std::string_view text) const;
};

}  // namespace scnn::cli
