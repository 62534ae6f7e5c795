/// How far a long command has come: a bar on a terminal, a line now and then elsewhere.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tools/console.hpp"

namespace scnn::cli {

/// Seconds left, or none as long as nothing is done.
/// \param elapsed  seconds that `done` took
/// \param left     in the unit of `done`
[[nodiscard]] std::optional<double> seconds_left(double elapsed, double done, double left);

/// How far the work is.
struct Advance {
  std::string_view doing;  ///< `running`
  std::string_view at;     ///< what is at work: `conv3`
  std::size_t step = 0;    ///< its number, from 1; of parallel work, how many are done
  std::size_t steps = 0;
  double share = 0.0;          ///< of all costs, 0 to 1
  double elapsed = 0.0;        ///< seconds
  std::optional<double> left;  ///< seconds
};

/// One line for a terminal, below `width` columns: narrow ones get no bar, then no name.
[[nodiscard]] std::string bar_text(const Advance& advance, int width);
/// `scnn: running conv3 (3 of 5): 45 %, 12 s, about 15 s left`
[[nodiscard]] std::string line_text(const Advance& advance);

/// Tells on the console's messages how far the work is, and is gone in the end.
///
/// Work shorter than kBarDelay shows no bar, shorter than kLineEvery no line. Hears what
/// happens and changes nothing: results are equal with and without it.
class Progress {
 public:
  static constexpr std::chrono::milliseconds kBarDelay{300};
  static constexpr std::chrono::milliseconds kBarEvery{100};
  static constexpr std::chrono::milliseconds kLineEvery{5000};

  /// Who looks at the clock between steps: a thread, or, where processes are forked and
  /// threads would not come along, the caller by `tick`.
  enum class Clock { thread, caller };

  /// \param what   what is being done: `running`
  /// \param costs  of every step, in any unit; bar and estimate are in proportion to them
  Progress(const Console& console, std::string what, std::vector<double> costs,
           Clock clock = Clock::thread);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// The next step begins, the one before has ended; `name` says what it is about.
  void step(const std::string& name);
  /// What the step turned out to cost, in the unit of `costs`.
  void counted(double cost);

  // Instead of `step`, where several are at work at a time:
  void begun(const std::string& name);
  /// \param cost  as stated in `costs`
  void finished(double cost);

  /// Draws if it is time to.
  void tick();

 private:
  using Time = std::chrono::steady_clock::time_point;

  [[nodiscard]] Advance advance(Time now) const;
  void draw(Time now);
  void watch();

  const Console& console_;
  bool shown_;
  std::string what_;
  std::vector<double> costs_;
  std::string name_;
  std::size_t step_ = 0;  ///< begun, or of parallel work finished
  bool parallel_ = false;
  double finished_ = 0.0;  ///< cost of what has ended
  Time start_, step_start_, next_;
  std::string drawn_;  ///< what stands on the terminal
  std::mutex mutex_;   ///< of all above
  std::condition_variable end_;
  bool ended_ = false;
  std::thread watcher_;
};

}  // namespace scnn::cli
