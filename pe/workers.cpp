#include "pe/workers.hpp"

#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include <algorithm>
#include <utility>

namespace scnn::pe {

class Workers::Arena {
 public:
  explicit Arena(int threads)
      : limit_(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads)),
        arena_(threads) {}
  [[nodiscard]] int threads() const { return arena_.max_concurrency(); }

  void start(const std::function<void()>& work) {
    arena_.execute([&] { started_.run(work); });
  }
  void finish_started() {
    arena_.execute([&] { started_.wait(); });
  }

  /// Contiguous shares, a few to a thread: PEs differ in work, and a share of its own for
  /// each would cost more than it evens out.
  template <class Body>
  void run(std::size_t count, const Body& body) {
    const std::size_t shares = static_cast<std::size_t>(threads()) * 4;
    const std::size_t grain = std::max<std::size_t>(1, count / shares);
    arena_.execute([&] {
      tbb::parallel_for(
          tbb::blocked_range<std::size_t>(0, count, grain),
          [&](const tbb::blocked_range<std::size_t>& r) {
            for (std::size_t i = r.begin(); i < r.end(); ++i) body(i);
          },
          tbb::simple_partitioner());
    });
  }

 private:
  tbb::global_control limit_;  ///< more threads than cores are allowed, when asked for
  tbb::task_arena arena_;
  tbb::task_group started_;
};

Workers::Workers(int threads) {
  const int n = threads > 0 ? threads : tbb::info::default_concurrency();
  if (n > 1) arena_ = std::make_unique<Arena>(n);
}

Workers::~Workers() = default;

int Workers::threads() const { return arena_ ? arena_->threads() : 1; }

void Workers::start(const std::function<void()>& work) { arena_->start(work); }

void Workers::finish_started() {
  if (arena_) arena_->finish_started();
}

void Workers::run_submitted(bool alone) {
  if (tasks_.empty()) return;
  // Emptied first: a task that throws must not be run again.
  running_.clear();
  std::swap(running_, tasks_);
  if (alone) {
    for (Task* task : running_) task->work();
    return;
  }
  for_each(running_.size(), [this](std::size_t i) { running_[i]->work(); });
}

ForEach Workers::lend() {
  return {static_cast<std::size_t>(threads()),
          [this](std::size_t count, const ForEach::Body& body) { for_each(count, body); }};
}

void Workers::for_each(std::size_t count, const std::function<void(std::size_t)>& body) {
  if (!arena_ || count < 2) {
    for (std::size_t i = 0; i < count; ++i) body(i);
    return;
  }
  arena_->run(count, body);
}

}  // namespace scnn::pe
