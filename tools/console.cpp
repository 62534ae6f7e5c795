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

int output_width() {
  ::winsize size{};
  if (::isatty(STDOUT_FILENO) == 0 || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 ||
      size.ws_col == 0)
    return kTableWidth;
  return std::clamp<int>(size.ws_col, kLeastWidth, kTableWidth);
}

bool can_draw() {
  const char* term = std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe): before any thread
  return ::isatty(STDERR_FILENO) != 0 && term != nullptr && std::string_view(term) != "dumb" &&
         *term != '\0';
}

}  // namespace

void Console::note(std::string_view text) const {
  if (!quiet) err << "scnn: note: " << text << std::endl;
}

Console standard_console() {
  return {.out = std::cout, .err = std::cerr, .width = output_width(), .terminal = can_draw()};
}

}  // namespace scnn::cli
