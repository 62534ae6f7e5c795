#include "tools/interrupt.hpp"

#include <unistd.h>

#include <csignal>
#include <initializer_list>
#include <string_view>

#include "sparse_formats/error.hpp"
#include "tools/exit_status.hpp"

namespace scnn::cli {
namespace {

// A signal handler is given nothing but a number: what it tells has to be global.
std::atomic<int> g_signal{0};
std::atomic<bool> g_line{false};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free,
              "a signal handler may only use such");

extern "C" void remember(int signal) {
  constexpr std::string_view kClearLine = "\r\x1b[K";
  if (g_signal.exchange(signal) == 0) return;
  if (g_line.load() && ::write(STDERR_FILENO, kClearLine.data(), kClearLine.size()) < 0)
    ::_exit(kFailed);
  ::_exit(kSignalStatus + signal);
}

}  // namespace

void catch_signals() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction action {};
    if (::sigaction(signal, nullptr, &action) != 0 || action.sa_handler == SIG_IGN) continue;
    action = {};
    action.sa_handler = remember;
    action.sa_flags = SA_RESTART;  // libraries need not know about it
    ::sigaction(signal, &action, nullptr);
  }
}

void line_is_drawn(bool drawn) { g_line = drawn; }

const std::atomic<int>& stop_signal() { return g_signal; }

void check_interrupt() {
  if (const int signal = g_signal.load()) throw Interrupted(signal);
}

}  // namespace scnn::cli
