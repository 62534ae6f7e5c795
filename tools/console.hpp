/// Where a command writes: data to one stream, progress and messages to another.
#pragma once

#include <iosfwd>
#include <string_view>

namespace scnn::cli {

/// Widest a table gets, and what it gets where nobody looks at a terminal.
inline constexpr int kTableWidth = 100;

struct Console {
  std::ostream& out;        ///< data: tables, help that was asked for
  std::ostream& err;        ///< messages and progress
  int width = kTableWidth;  ///< columns of a table
  bool terminal = false;    ///< `err` is a terminal that takes control sequences
  bool quiet = false;       ///< no notes, no progress; errors are always told

  /// One line on `err`, unless quiet: `scnn: note: ...`.
  void note(std::string_view text) const;
};

/// The process's standard streams; the width follows the terminal, up to kTableWidth.
[[nodiscard]] Console standard_console();

}  // namespace scnn::cli
