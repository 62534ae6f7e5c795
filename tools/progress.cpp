#include "tools/progress.hpp"

#include <fmt/format.h>

#include <numeric>
#include <ostream>

#include "tools/table.hpp"

namespace scnn::cli {
namespace {

constexpr std::size_t kBarWidth = 24;
constexpr std::size_t kNameWidth = 24;
constexpr const char* kClearLine = "\r\x1b[K";

}  // namespace

Progress::Progress(const Console& console, std::string what, std::vector<double> costs)
    : console_(console),
      shown_(console.terminal && !console.quiet),
      what_(std::move(what)),
      costs_(std::move(costs)),
      total_(std::accumulate(costs_.begin(), costs_.end(), 0.0)),
      start_(std::chrono::steady_clock::now()) {}

Progress::~Progress() {
  if (shown_ && step_ > 0) console_.err << kClearLine << std::flush;
}

void Progress::step(const std::string& name) {
  if (step_ > 0) done_ += costs_[step_ - 1];
  ++step_;
  if (!shown_) return;
  const double share = total_ > 0.0 ? done_ / total_ : 0.0;
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(kBarWidth));
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
  console_.err << kClearLine
               << fmt::format("{} [{:<{}}] {}/{} {}  {:.0f} s", what_, std::string(filled, '#'),
                              kBarWidth, step_, costs_.size(), shortened(name, kNameWidth),
                              elapsed.count())
               << std::flush;
}

}  // namespace scnn::cli
