#include "tools/child_process.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

#include "sparse_formats/error.hpp"
#include "tools/interrupt.hpp"

namespace scnn::cli {
namespace {

[[noreturn]] void fail(const std::string& name, int error) {
  throw OutputError(name, "cannot have a process: " + std::generic_category().message(error));
}

}  // namespace

void ChildVoice::say(std::string_view text) const {
  while (!text.empty()) {
    const ssize_t n = ::write(descriptor_, text.data(), text.size());
    if (n < 0 && errno != EINTR) return;
    if (n > 0) text.remove_prefix(static_cast<std::size_t>(n));
  }
}

ChildProcess::ChildProcess(const std::string& name,
                           const std::function<void(const ChildVoice&)>& work) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) fail(name, errno);
  const int parent = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) {
    // A child whose parent was killed would go on for nobody.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    ::close(ends[0]);
    try {
      work(ChildVoice(ends[1]));
    } catch (...) {
      ::_exit(1);  // the stack above is the parent's, and none of the child's business
    }
    ::_exit(0);
  }
  const int error = errno;
  ::close(ends[1]);
  descriptor_ = ends[0];
  if (pid_ > 0) return;
  ::close(descriptor_);
  fail(name, error);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      status_(other.status_),
      said_(std::move(other.said_)) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(status_, other.status_);
  std::swap(said_, other.said_);
  return *this;
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) ::kill(pid_, SIGKILL);
  wait();
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool ChildProcess::listen() {
  std::array<char, 65536> buffer{};
  const ssize_t n = ::read(descriptor_, buffer.data(), buffer.size());
  if (n < 0) return errno == EINTR;
  said_.append(buffer.data(), static_cast<std::size_t>(n));
  return n > 0;
}

int ChildProcess::wait() {
  if (pid_ <= 0) return status_;
  while (::waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return status_;
}

std::vector<std::size_t> wait_for_children(const std::vector<const ChildProcess*>& children) {
  std::vector<pollfd> waiting;
  waiting.reserve(children.size());
  for (const ChildProcess* child : children) waiting.push_back({child->descriptor(), POLLIN, 0});
  // A signal that comes between the last check and the call does not end it.
  constexpr int kMilliseconds = 500;
  const int ready = ::poll(waiting.data(), waiting.size(), kMilliseconds);
  check_interrupt();
  std::vector<std::size_t> speaking;
  for (std::size_t i = 0; ready > 0 && i < waiting.size(); ++i)
    if (waiting[i].revents != 0) speaking.push_back(i);
  return speaking;
}

}  // namespace scnn::cli
