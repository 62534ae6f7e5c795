#include "tools/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <ostream>

#include "tools/table.hpp"

namespace scnn::cli {
namespace {

constexpr std::size_t kBarWidth = 24;
constexpr std::size_t kNameWidth = 24;
constexpr const char* kClearLine = "\r\x1b[K";

}  // namespace

std::optional<double> seconds_left(double elapsed, double done, double left) {
  if (!(done > 0.0)) return std::nullopt;
  return elapsed * left / done;
}

Progress::Progress(const Console& console, std::string what, std::vector<double> costs)
    : console_(console),
      shown_(console.terminal && !console.quiet),
      what_(std::move(what)),
      costs_(std::move(costs)),
      start_(std::chrono::steady_clock::now()) {}

Progress::~Progress() {
  if (shown_ && step_ > 0) console_.err << kClearLine << std::flush;
}

void Progress::counted(double cost) {
  if (step_ > 0) costs_[step_ - 1] = cost;
}

void Progress::step(const std::string& name) {
  const auto next = costs_.begin() + static_cast<std::ptrdiff_t>(step_++);
  if (!shown_) return;
  const double done = std::accumulate(costs_.begin(), next, 0.0);
  draw(done, std::accumulate(next, costs_.end(), 0.0), name);
}

void Progress::finished(double cost, const std::string& name) {
  ++step_;
  finished_ += cost;
  if (!shown_) return;
  const double all = std::accumulate(costs_.begin(), costs_.end(), 0.0);
  draw(finished_, std::max(all - finished_, 0.0), name);
}

void Progress::draw(double done, double left, const std::string& name) {
  const double share = done > 0.0 ? done / (done + left) : 0.0;
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(kBarWidth));
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
  std::string time = fmt::format("{:.0f} s", elapsed.count());
  if (const auto seconds = seconds_left(elapsed.count(), done, left))
    time += fmt::format(", {:.0f} s left", *seconds);
  console_.err << kClearLine
               << fmt::format("{} [{:<{}}] {}/{} {}  {}", what_, std::string(filled, '#'),
                              kBarWidth, step_, costs_.size(), shortened(name, kNameWidth), time)
               << std::flush;
}

}  // namespace scnn::cli
