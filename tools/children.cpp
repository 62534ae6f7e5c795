#include "tools/children.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <system_error>
#include <utility>

#include "sparse_formats/error.hpp"
#include "tools/interrupt.hpp"
#include "tools/progress.hpp"

namespace scnn::cli {
namespace {

// First byte of what a child says.
constexpr char kText = 'T', kInputError = 'I', kWrongValues = 'V', kOtherError = 'E';
// Between the two halves of an InputError; neither contains it.
constexpr char kSeparator = '\0';

void send(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(descriptor, text.data(), text.size());
    if (n < 0 && errno != EINTR) return;
    if (n > 0) text.remove_prefix(static_cast<std::size_t>(n));
  }
}

/// The child's whole life; nothing of the parent's is flushed or destroyed.
[[noreturn]] void work_and_exit(const Task& task, int descriptor) {
  std::string said;
  try {
    said = kText + task.work();
  } catch (const InputError& error) {
    said = kInputError + error.where() + kSeparator + error.detail();
  } catch (const VerificationError& error) {
    said = kWrongValues + std::string(error.what());
  } catch (const std::exception& error) {
    said = kOtherError + std::string(error.what());
  }
  send(descriptor, said);
  ::_exit(0);
}

/// A child at work. Going out of scope ends it.
class Child {
 public:
  Child(const Task& task, std::size_t number) : number_(number) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) fail(task, errno);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(ends[0]);
      work_and_exit(task, ends[1]);
    }
    const int error = errno;
    ::close(ends[1]);
    descriptor_ = ends[0];
    if (pid_ < 0) fail(task, error);
  }
  Child(Child&& other) noexcept
      : number_(other.number_),
        pid_(std::exchange(other.pid_, -1)),
        descriptor_(std::exchange(other.descriptor_, -1)),
        said_(std::move(other.said_)) {}
  Child& operator=(Child&& other) noexcept {
    std::swap(number_, other.number_);
    std::swap(pid_, other.pid_);
    std::swap(descriptor_, other.descriptor_);
    std::swap(said_, other.said_);
    return *this;
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ > 0) ::kill(pid_, SIGKILL);
    wait();
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  [[nodiscard]] std::size_t number() const { return number_; }
  [[nodiscard]] int descriptor() const { return descriptor_; }

  /// Takes what there is to read. \return false when the child has said everything
  bool listen() {
    std::array<char, 65536> buffer{};
    const ssize_t n = ::read(descriptor_, buffer.data(), buffer.size());
    if (n < 0) return errno == EINTR;
    said_.append(buffer.data(), static_cast<std::size_t>(n));
    return n > 0;
  }

  /// What the task returned. \throws what the task threw
  std::string result(const Task& task) {
    wait();
    if (said_.empty()) throw ModelError(fmt::format("{}: its process crashed", task.name));
    std::string text = said_.substr(1);
    if (said_.front() == kText) return text;
    if (said_.front() == kWrongValues)
      throw VerificationError(fmt::format("{}: {}", task.name, text));
    if (said_.front() == kOtherError) throw ModelError(fmt::format("{}: {}", task.name, text));
    const std::size_t split = text.find(kSeparator);
    throw InputError(text.substr(0, split), text.substr(split + 1));
  }

 private:
  [[noreturn]] static void fail(const Task& task, int error) {
    throw OutputError(task.name,
                      "cannot have a process: " + std::generic_category().message(error));
  }

  void wait() {
    if (pid_ <= 0) return;
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
  }

  std::size_t number_;
  pid_t pid_ = -1;
  int descriptor_ = -1;
  std::string said_;
};

/// Waits until some child speaks. \return the children that have said everything
std::vector<std::size_t> listen_to(std::vector<Child>& children) {
  std::vector<pollfd> waiting;
  waiting.reserve(children.size());
  for (const Child& child : children) waiting.push_back({child.descriptor(), POLLIN, 0});
  ::poll(waiting.data(), waiting.size(), -1);
  check_interrupt();
  std::vector<std::size_t> done;
  for (std::size_t i = 0; i < waiting.size(); ++i)
    if (waiting[i].revents != 0 && !children[i].listen()) done.push_back(i);
  return done;
}

}  // namespace

std::vector<std::string> run_in_children(const std::vector<Task>& tasks, int at_once,
                                         const Console& console, const std::string& doing) {
  std::vector<double> costs;
  costs.reserve(tasks.size());
  for (const Task& task : tasks) costs.push_back(task.cost);
  Progress progress(console, doing, costs);
  std::vector<std::string> texts(tasks.size());
  std::vector<Child> children;
  std::size_t next = 0;
  while (next < tasks.size() || !children.empty()) {
    while (next < tasks.size() && std::ssize(children) < at_once) {
      check_interrupt();
      progress.step(tasks[next].name);
      children.emplace_back(tasks[next], next);
      ++next;
    }
    auto done = listen_to(children);
    std::ranges::reverse(done);  // so that erasing moves none that is still to come
    for (const std::size_t i : done) {
      const std::size_t number = children[i].number();
      texts[number] = children[i].result(tasks[number]);
      children.erase(children.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  return texts;
}

}  // namespace scnn::cli
