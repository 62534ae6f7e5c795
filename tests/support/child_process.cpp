#include "tests/support/child_process.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <stdexcept>

namespace scnn::test {

Child::Child(const std::function<int(std::FILE*)>& body, unsigned seconds) : file_(std::tmpfile()) {
  if (file_ == nullptr) throw std::runtime_error("no temporary file");
  // What is still buffered would be written by both processes.
  std::cout.flush();
  std::fflush(nullptr);
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("no process");
  if (pid_ > 0) return;
  ::alarm(seconds);
  run(body);
}

/// The child's whole life. An exception would otherwise run on into the parent's code.
void Child::run(const std::function<int(std::FILE*)>& body) {
  int status = kThrown;
  try {
    status = body(file_);
  } catch (const std::exception& e) {
    std::fprintf(file_, "%s", e.what());
  }
  std::fflush(file_);
  std::exit(status);  // not _Exit: sanitizers and coverage report at the end
}

Child::~Child() {
  if (pid_ > 0) (void)wait();
  std::fclose(file_);
}

Child::Result Child::wait() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0) {
  }
  pid_ = 0;
  Result result;
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  std::rewind(file_);
  char buffer[65536];
  for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, file_)) > 0;)
    result.output.append(buffer, n);
  return result;
}

}  // namespace scnn::test
