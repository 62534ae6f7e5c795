/// Work in processes of its own.
///
/// SystemC elaborates once per process: whoever wants several machines needs several
/// processes.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tools/console.hpp"

namespace scnn::cli {

/// Something to do in a child, which hands back a text.
struct Task {
  std::string name;   ///< for the progress bar
  double cost = 1.0;  ///< in any unit
  std::function<std::string()> work;
};

/// Forks a child per task, up to `at_once` at a time; texts come in the order of the tasks.
///
/// \param doing  for the progress bar: `validating`
/// The parent has built no machine yet and runs no threads, so that a fork is safe.
/// \throws InputError, VerificationError and ModelError as the task did; Interrupted; OutputError
/// when there
///         is no process to be had. No child outlives the call.
[[nodiscard]] std::vector<std::string> run_in_children(const std::vector<Task>& tasks, int at_once,
                                                       const Console& console,
                                                       const std::string& doing);

}  // namespace scnn::cli
