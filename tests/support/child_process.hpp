/// Runs a body in a process of its own: SystemC elaborates once per process, and a
/// process can end in ways a test could not survive.
#pragma once

#include <sys/types.h>
#include <cstdio>
#include <functional>
#include <string>

namespace scnn::test {

/// A forked copy of this process that runs one function and ends.
class Child {
 public:
  /// Exit status of a child whose body threw; its output ends with the message.
  static constexpr int kThrown = 70;

  struct Result {
    int status = 0;      ///< exit status, or 128 + the signal that ended it
    std::string output;  ///< what the body wrote to its file
  };

  /// Forks; the child runs `body(file)` and exits with what it returns.
  /// \param seconds  after which the child is ended with SIGALRM
  /// \throws std::runtime_error when there is no file or no process
  Child(const std::function<int(std::FILE*)>& body, unsigned seconds);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Waits for the end of the child. Call once.
  [[nodiscard]] Result wait();

 private:
  [[noreturn]] void run(const std::function<int(std::FILE*)>& body);

  std::FILE* file_;
  ::pid_t pid_ = 0;
};

}  // namespace scnn::test
