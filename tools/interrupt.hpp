/// Ctrl-C and its kin: noted, and acted on where everything can be cleaned up.
#pragma once

#include <atomic>

namespace scnn::cli {

/// Lets SIGINT, SIGTERM and SIGHUP set `stop_signal`; the second one ends the process at
/// once. A signal the process was started to ignore stays ignored (nohup).
void catch_signals();

/// Says whether a line of progress stands on the terminal, which a process that ends at once
/// shall not leave there.
void line_is_drawn(bool drawn);

/// Number of the signal that asked to stop, 0 until then.
[[nodiscard]] const std::atomic<int>& stop_signal();

/// \throws Interrupted when a signal has asked to stop
void check_interrupt();

}  // namespace scnn::cli
