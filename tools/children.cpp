#include "tools/children.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sparse_formats/error.hpp"
#include "tools/child_process.hpp"
#include "tools/interrupt.hpp"
#include "tools/progress.hpp"

namespace scnn::cli {
namespace {

// First byte of what a child says.
constexpr char kText = 'T', kInputError = 'I', kWrongValues = 'V', kOtherError = 'E';
// Between the two halves of an InputError; neither contains it.
constexpr char kSeparator = '\0';

void work_and_tell(const Task& task, const ChildVoice& voice) {
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
  voice.say(said);
}

/// A child, and the number of its task.
struct Child {
  std::size_t number;
  ChildProcess process;
};

/// What the task returned. \throws what the task threw
std::string result_of(Child& child, const Task& task) {
  child.process.wait();
  const std::string& said = child.process.said();
  if (said.empty()) throw ModelError(fmt::format("{}: its process crashed", task.name));
  std::string text = said.substr(1);
  if (said.front() == kText) return text;
  if (said.front() == kWrongValues) throw VerificationError(fmt::format("{}: {}", task.name, text));
  if (said.front() == kOtherError) throw ModelError(fmt::format("{}: {}", task.name, text));
  const std::size_t split = text.find(kSeparator);
  throw InputError(text.substr(0, split), text.substr(split + 1));
}

/// Waits until some child speaks. \return the children that have said everything
std::vector<std::size_t> listen_to(std::vector<Child>& children) {
  std::vector<const ChildProcess*> processes;
  processes.reserve(children.size());
  for (const Child& child : children) processes.push_back(&child.process);
  std::vector<std::size_t> done;
  for (const std::size_t i : wait_for_children(processes))
    if (!children[i].process.listen()) done.push_back(i);
  return done;
}

}  // namespace

std::vector<std::string> run_in_children(const std::vector<Task>& tasks, int at_once,
                                         const Console& console, const std::string& doing) {
  std::vector<double> costs;
  costs.reserve(tasks.size());
  for (const Task& task : tasks) costs.push_back(task.cost);
  Progress progress(console, doing, costs, Progress::Clock::caller);
  std::vector<std::string> texts(tasks.size());
  std::vector<Child> children;
  std::size_t next = 0;
  while (next < tasks.size() || !children.empty()) {
    while (next < tasks.size() && std::ssize(children) < at_once) {
      check_interrupt();
      const Task& task = tasks[next];
      progress.begun(task.name);
      children.push_back({next, ChildProcess(task.name, [&task](const ChildVoice& voice) {
                            work_and_tell(task, voice);
                          })});
      ++next;
    }
    progress.tick();
    auto done = listen_to(children);
    std::ranges::reverse(done);  // so that erasing moves none that is still to come
    for (const std::size_t i : done) {
      const std::size_t number = children[i].number;
      texts[number] = result_of(children[i], tasks[number]);
      children.erase(children.begin() + static_cast<std::ptrdiff_t>(i));
      progress.finished(tasks[number].cost);
    }
    if (!done.empty() && !children.empty()) progress.begun(tasks[children.front().number].name);
  }
  return texts;
}

}  // namespace scnn::cli
