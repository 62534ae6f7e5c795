/// What `scnn validate` shows: published numbers beside simulated ones.
#pragma once

#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scnn::cli::validation {

/// A number, or nothing where nothing is published or simulated.
using Cell = std::optional<double>;

struct Column {
  std::string name;  ///< lines of the heading, separated by '\n'
  int decimals = 2;
};

/// One layer, network or setting.
struct Row {
  std::string network, name;
  std::vector<Cell> cells;  ///< one per column
  std::string why;          ///< why the published number is not met, where it is not
};

/// One number about a whole figure.
struct Measure {
  std::string name;
  double value = 0.0;
  std::string unit;              ///< "%" or "1"
  std::optional<double> target;  ///< what the value should not exceed

  [[nodiscard]] bool met() const { return !target || value <= *target; }
};

/// A table or figure of a paper, and what the machine makes of it.
struct Figure {
  std::string id, title;
  std::string source;  ///< paper, place, how it was read; empty where nothing is published
  std::vector<Column> columns;
  std::vector<Row> rows;
  std::vector<Measure> measures;
  std::vector<std::string> notes;
};

/// Mean of what is added.
class Mean {
 public:
  void add(double value) {
    sum_ += value;
    ++count_;
  }
  /// 0 when nothing was added.
  [[nodiscard]] double value() const { return count_ == 0 ? 0.0 : sum_ / count_; }

 private:
  double sum_ = 0.0;
  int count_ = 0;
};

/// How far `simulated` lies from `published`, in percent of it.
[[nodiscard]] inline double percent_off(double simulated, double published) {
  return (simulated / published - 1.0) * 100.0;
}

}  // namespace scnn::cli::validation
