/// A forked process that says something through a pipe.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace scnn::cli {

/// Where a child speaks to its parent.
class ChildVoice {
 public:
  explicit ChildVoice(int descriptor) : descriptor_(descriptor) {}
  void say(std::string_view text) const;

 private:
  int descriptor_;
};

/// A child at work. Going out of scope ends it, and so does the end of its parent.
///
/// The parent has built no machine yet and runs no threads, so that a fork is safe.
class ChildProcess {
 public:
  /// Forks. In the child `work` is all that happens: nothing of the parent's is flushed or
  /// destroyed. \param name  for messages
  /// \throws OutputError when there is no process to be had
  ChildProcess(const std::string& name, const std::function<void(const ChildVoice&)>& work);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  [[nodiscard]] int descriptor() const { return descriptor_; }
  /// Takes what there is to read. \return false when the child has said everything
  bool listen();
  /// What it has said and nobody has taken.
  std::string& said() { return said_; }
  /// Waits for its end. \return as waitpid tells it
  int wait();

 private:
  int pid_ = -1;
  int descriptor_ = -1;
  int status_ = 0;
  std::string said_;
};

/// Waits until some child speaks or ends, or some time has passed. \return the numbers of
/// those that did; possibly none
/// \throws Interrupted
[[nodiscard]] std::vector<std::size_t> wait_for_children(
    const std::vector<const ChildProcess*>& children);

}  // namespace scnn::cli
