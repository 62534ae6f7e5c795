/// Threads for the work of PEs between the points where they influence each other.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "sparse_formats/for_each.hpp"

namespace scnn::pe {

/// Work that one PE does ahead of the kernel; touches nothing another PE's does.
class Task {
 public:
  virtual ~Task() = default;
  virtual void work() = 0;
};

/// Runs tasks side by side.
///
/// A process submits its task in one delta cycle and asks for the results in the next:
/// the first to ask runs all that were submitted. With one thread they run in the order
/// of their submission; the results do not depend on the number of threads.
class Workers {
 public:
  /// \param threads  0: all cores
  explicit Workers(int threads);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// \pre  the task is not waiting to be run already
  void submit(Task& task) { tasks_.push_back(&task); }
  /// Runs what was submitted; nothing when another has asked before.
  /// \param alone  on this thread: others have long work of their own
  /// \throws what a task threw
  void run_submitted(bool alone = false);
  /// Calls `body(i)` for every i below `count`, side by side.
  void for_each(std::size_t count, const std::function<void(std::size_t)>& body);

  /// Has `work` run by a thread that has no other, some time until `finish_started` returns; it
  /// throws nothing. \pre more than one thread
  void start(const std::function<void()>& work);
  /// Waits for all that was started.
  void finish_started();

  /// The threads, lent.
  [[nodiscard]] ForEach lend();

  [[nodiscard]] int threads() const;

 private:
  class Arena;
  std::unique_ptr<Arena> arena_;  ///< absent with one thread
  std::vector<Task*> tasks_, running_;
};

}  // namespace scnn::pe
