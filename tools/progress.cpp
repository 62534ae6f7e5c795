#include "tools/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <ostream>

#include "tools/interrupt.hpp"
#include "tools/table.hpp"

namespace scnn::cli {
namespace {

constexpr std::size_t kBarWidth = 24;
constexpr std::size_t kLeastBar = 8;
constexpr std::size_t kNameWidth = 24;
constexpr std::size_t kLeastName = 8;
/// Of a step that takes longer than was expected of it; it is not done before it ends.
constexpr double kAlmost = 0.99;
constexpr const char* kClearRest = "\x1b[K";

std::string duration_text(double seconds) {
  constexpr double kMinute = 60.0, kHour = 3600.0;
  if (seconds < 2 * kMinute) return fmt::format("{:.0f} s", seconds);
  if (seconds < 2 * kHour) return fmt::format("{:.0f} min", seconds / kMinute);
  return fmt::format("{:.1f} h", seconds / kHour);
}

std::string time_text(const Advance& a, std::string_view about) {
  std::string text = duration_text(a.elapsed);
  if (a.left) text += fmt::format(", {}{} left", about, duration_text(std::ceil(*a.left)));
  return text;
}

}  // namespace

std::optional<double> seconds_left(double elapsed, double done, double left) {
  if (!(done > 0.0)) return std::nullopt;
  return elapsed * left / done;
}

std::string bar_text(const Advance& a, int width) {
  // A terminal may begin a new line after a character in its last column.
  const auto room = static_cast<std::size_t>(std::max(width - 1, 1));
  const std::string time = time_text(a, "");
  const std::string count = fmt::format("{}/{}", a.step, a.steps);
  const std::size_t name = display_width(a.at);
  std::size_t bar_width = kBarWidth, name_width = std::min(name, kNameWidth);
  const auto used = [&] {
    return a.doing.size() + (bar_width > 0 ? bar_width + 3 : 0) + 1 + count.size() +
           (name_width > 0 ? name_width + 1 : 0) + 2 + time.size();
  };
  if (used() > room) bar_width -= std::min(used() - room, kBarWidth - kLeastBar);
  if (used() > room && name_width > kLeastName)
    name_width -= std::min(used() - room, name_width - kLeastName);
  if (used() > room) bar_width = 0;
  if (used() > room) name_width = 0;
  std::string text(a.doing);
  if (bar_width > 0) {
    const auto filled = static_cast<std::size_t>(a.share * static_cast<double>(bar_width));
    text += fmt::format(" [{:<{}}]", std::string(filled, '#'), bar_width);
  }
  text += ' ' + count;
  if (name_width > 0) text += ' ' + shortened(a.at, name_width);
  text += "  " + time;
  if (text.size() <= room || name_width > 0) return text;
  return text.substr(0, room);
}

std::string line_text(const Advance& a) {
  return fmt::format("scnn: {}{}{} ({} of {}): {:.0f} %, {}", a.doing, a.at.empty() ? "" : " ",
                     a.at, a.step, a.steps, std::floor(a.share * 100.0), time_text(a, "about "));
}

Progress::Progress(const Console& console, std::string what, std::vector<double> costs, Clock clock)
    : console_(console),
      shown_(!console.quiet),
      what_(std::move(what)),
      costs_(std::move(costs)),
      start_(std::chrono::steady_clock::now()),
      step_start_(start_),
      next_(start_ + (console.terminal ? kBarDelay : kLineEvery)) {
  if (shown_ && clock == Clock::thread) watcher_ = std::thread([this] { watch(); });
}

Progress::~Progress() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  end_.notify_all();
  if (watcher_.joinable()) watcher_.join();
  if (drawn_.empty()) return;
  console_.err << '\r' << kClearRest << std::flush;
  line_is_drawn(false);
}

void Progress::step(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto begun = static_cast<std::ptrdiff_t>(step_++);
  finished_ = std::accumulate(costs_.begin(), costs_.begin() + begun, 0.0);
  name_ = name;
  step_start_ = std::chrono::steady_clock::now();
}

void Progress::counted(double cost) {
  const std::lock_guard lock(mutex_);
  if (step_ > 0) costs_[step_ - 1] = cost;
}

void Progress::begun(const std::string& name) {
  const std::lock_guard lock(mutex_);
  parallel_ = true;
  name_ = name;
}

void Progress::finished(double cost) {
  const std::lock_guard lock(mutex_);
  parallel_ = true;
  ++step_;
  finished_ += cost;
}

Advance Progress::advance(Time now) const {
  using Seconds = std::chrono::duration<double>;
  Advance a{.doing = what_, .at = name_, .step = step_, .steps = costs_.size(), .left = {}};
  a.elapsed = Seconds(now - start_).count();
  const double all = std::accumulate(costs_.begin(), costs_.end(), 0.0);
  double done = std::min(finished_, all), timed = a.elapsed;
  if (!parallel_ && step_ > 0) {
    // What the step at work may have done, at the rate of those before it.
    timed = Seconds(step_start_ - start_).count();
    const double expected = seconds_left(timed, finished_, costs_[step_ - 1]).value_or(0.0);
    const double begun = Seconds(now - step_start_).count();
    const double part = expected > 0.0 ? std::min(begun / expected, kAlmost) : 0.0;
    done += part * costs_[step_ - 1];
  }
  a.share = all > 0.0 ? std::clamp(done / all, 0.0, 1.0) : 0.0;
  a.left = seconds_left(timed, finished_, std::max(all - done, 0.0));
  return a;
}

void Progress::tick() {
  const std::lock_guard lock(mutex_);
  const Time now = std::chrono::steady_clock::now();
  if (shown_ && now >= next_) draw(now);
}

void Progress::draw(Time now) {
  next_ = now + (console_.terminal ? kBarEvery : kLineEvery);
  if (!console_.terminal) {
    console_.err << line_text(advance(now)) + '\n' << std::flush;
    return;
  }
  // Over the text before and in one piece: clearing first would flicker.
  std::string text = bar_text(advance(now), progress_width());
  if (text == drawn_) return;
  line_is_drawn(true);
  console_.err << '\r' + text + kClearRest << std::flush;
  drawn_ = std::move(text);
}

void Progress::watch() {
  std::unique_lock lock(mutex_);
  while (!end_.wait_until(lock, next_, [this] { return ended_; })) {
    // A process that was stopped and continued draws once, not what it missed.
    const Time now = std::chrono::steady_clock::now();
    if (now >= next_) draw(now);
  }
}

}  // namespace scnn::cli
