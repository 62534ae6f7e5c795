#include "workloads/trial_run.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <string>
#include <string_view>

#include "sparse_formats/error.hpp"

namespace scnn::workloads {
namespace {

constexpr rlim_t kMostSeconds = 5;
constexpr rlim_t kMostBytes = rlim_t{1} << 28;
// Between the two halves of an InputError in the pipe; neither contains it.
constexpr char kSeparator = '\0';

void limit(__rlimit_resource resource, rlim_t most) {
  rlimit limits{};
  ::getrlimit(resource, &limits);
  limits.rlim_cur = std::min(most, limits.rlim_max);
  ::setrlimit(resource, &limits);
}

rlim_t address_space_in_use() {
  rlim_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
}

void prepare_child() {
  // Crashes shall be quiet, and no handler of the parent's may see them. An interrupt
  // is the parent's to answer: it must not look like a crash of ours.
  for (int s : std::array{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGXCPU})
    (void)std::signal(s, SIG_DFL);
  for (int s : std::array{SIGINT, SIGTERM, SIGHUP}) (void)std::signal(s, SIG_IGN);
  if (const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC); null >= 0) {
    ::dup2(null, STDOUT_FILENO);
    ::dup2(null, STDERR_FILENO);
  }
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, kMostSeconds);
  if (const rlim_t used = address_space_in_use(); used > 0) limit(RLIMIT_AS, used + kMostBytes);
}

void send(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(descriptor, text.data(), text.size());
    if (n < 0 && errno != EINTR) return;
    if (n > 0) text.remove_prefix(static_cast<std::size_t>(n));
  }
}

std::string receive(int descriptor) {
  std::string text;
  std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t n = ::read(descriptor, buffer.data(), buffer.size());
    if (n == 0 || (n < 0 && errno != EINTR)) return text;
    if (n > 0) text.append(buffer.data(), static_cast<std::size_t>(n));
  }
}

/// The child's whole life; nothing of the parent's is flushed or destroyed.
[[noreturn]] void run_and_exit(const std::function<void()>& task, int descriptor) {
  try {
    prepare_child();
    task();
  } catch (const InputError& error) {
    send(descriptor, error.where() + kSeparator + error.detail());
  } catch (const std::bad_alloc&) {
    ::_exit(1);
  } catch (...) {
    // The parent will meet the same exception, and report it.
    ::_exit(0);
  }
  ::_exit(0);
}

bool ended_well(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return true;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

void try_in_child(const std::function<void()>& task, const std::string& where) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return;
  const pid_t child = ::fork();
  if (child == 0) run_and_exit(task, ends[1]);
  ::close(ends[1]);
  const std::string error = child < 0 ? "" : receive(ends[0]);
  ::close(ends[0]);
  if (child >= 0 && !ended_well(child))
    throw InputError(where, "is a damaged HDF5 file (the HDF5 library crashes on it)");
  if (const auto split = error.find(kSeparator); split != std::string::npos)
    throw InputError(error.substr(0, split), error.substr(split + 1));
}

}  // namespace scnn::workloads
