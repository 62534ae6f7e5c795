/// A progress bar on a terminal, nothing anywhere else.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "tools/console.hpp"

namespace scnn::cli {

/// Seconds left, or none as long as nothing is done.
/// \param elapsed  seconds that `done` took
/// \param left     in the unit of `done`
[[nodiscard]] std::optional<double> seconds_left(double elapsed, double done, double left);

/// One line on the terminal, drawn anew at every step and gone in the end.
class Progress {
 public:
  /// \param what   what is being done: `running`
  /// \param costs  of every step, in any unit; bar and estimate are in proportion to them
  Progress(const Console& console, std::string what, std::vector<double> costs);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// The next step begins; `name` says what it is about.
  void step(const std::string& name);
  /// Some step has ended, where several are at work at a time; instead of `step`.
  /// \param cost  as stated in `costs`
  void finished(double cost, const std::string& name);
  /// What the step turned out to cost, in the unit of `costs`.
  void counted(double cost);

 private:
  void draw(double done, double left, const std::string& name);

  const Console& console_;
  bool shown_;
  std::string what_;
  std::vector<double> costs_;
  std::size_t step_ = 0;
  double finished_ = 0.0;  ///< cost of what `finished` was told
  std::chrono::steady_clock::time_point start_;
};

}  // namespace scnn::cli
