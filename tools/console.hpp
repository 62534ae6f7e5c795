/// Where a command writes: data to one stream, progress and messages to another.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include "tools/layout.hpp"

namespace scnn::cli {

struct CommandLine;

struct Console {
  std::ostream& out;        ///< data: tables, help that was asked for
  std::ostream& err;        ///< messages and progress
  int width = kTableWidth;  ///< columns of a table
  bool styled = false;      ///< `out` is a terminal on which headings may stand out
  bool terminal = false;    ///< `err` is a terminal that takes control sequences
  bool quiet = false;       ///< no notes, no progress; errors are always told
  /// Where a command tells its options instead of doing its work; null: it does its work.
  CommandLine* asked = nullptr;

  /// One line on `err`, unless quiet: `scnn: note: ...`.
  void note(std::string_view text) const;
  [[nodiscard]] Layout layout() const { return {width, styled}; }
};

/// The process's standard streams; the width follows the terminal, up to kWidestTable.
[[nodiscard]] Console standard_console();

/// Columns of the terminal on standard error as it is now; kTableWidth where it does not say.
[[nodiscard]] int progress_width();

}  // namespace scnn::cli
