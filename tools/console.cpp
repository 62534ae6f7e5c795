#include "tools/console.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

namespace scnn::cli {
namespace {

/// Narrower than this no table makes sense.
constexpr int kLeastWidth = 40;

constexpr std::string_view kBold = "\x1b[1m", kBoldYellow = "\x1b[1;33m", kPlain = "\x1b[0m";

/// Columns of a terminal; 0 where there is none, or it does not say.
int columns_of(int descriptor) {
  ::winsize size{};
  if (::isatty(descriptor) == 0 || ::ioctl(descriptor, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

int output_width() {
  const int columns = columns_of(STDOUT_FILENO);
  return columns == 0 ? kTableWidth : std::clamp(columns, kLeastWidth, kWidestTable);
}

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread
  return value == nullptr ? std::string_view() : value;
}

/// Whether what is written there is looked at on a terminal that takes control sequences.
bool takes_controls(int descriptor) {
  const std::string_view term = variable("TERM");
  return ::isatty(descriptor) != 0 && !term.empty() && term != "dumb";
}

std::string styled_text(std::string_view style, std::string_view text) {
  std::string result(style);
  result += text;
  result += kPlain;
  return result;
}

}  // namespace

void Console::note(std::string_view text) const {
  if (!quiet) err << "scnn: note: " << text << std::endl;
}

std::string Layout::heading(std::string_view text) const {
  return styled ? styled_text(kBold, text) : std::string(text);
}

std::string Layout::accent(std::string_view text) const {
  return styled ? styled_text(kBoldYellow, text) : std::string(text);
}

Console standard_console() {
  // https://no-color.org: present and not empty, whatever its value.
  return {.out = std::cout,
          .err = std::cerr,
          .width = output_width(),
          .styled = takes_controls(STDOUT_FILENO) && variable("NO_COLOR").empty(),
          .terminal = takes_controls(STDERR_FILENO)};
}

int progress_width() {
  const int columns = columns_of(STDERR_FILENO);
  return columns == 0 ? kTableWidth : columns;
}

}  // namespace scnn::cli
