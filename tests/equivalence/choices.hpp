/// Options of random cases: drawn by name, counted alone and in pairs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/draw.hpp"

namespace scnn::test {

/// One option of a case: which of its values it has.
struct Choice {
  std::string name;
  std::vector<std::string> values;
  std::size_t index = 0;
};

/// The options of one case, in the order in which they were drawn.
class Choices {
 public:
  explicit Choices(Draw& draw) : draw_(&draw) {}

  /// Draws one of the values uniformly and records it. \return its index
  std::size_t pick(std::string name, std::vector<std::string> values);
  /// The same for numbers. \return the drawn one
  std::int64_t number(std::string name, const std::vector<std::int64_t>& values);
  /// The same for yes and no.
  bool yes(std::string name) { return pick(std::move(name), {"no", "yes"}) == 1; }
  /// Records what follows from other choices.
  void note(std::string name, std::vector<std::string> values, std::size_t index);
  [[nodiscard]] const std::vector<Choice>& all() const { return all_; }
  Draw& draw() { return *draw_; }

 private:
  Draw* draw_;
  std::vector<Choice> all_;
};

/// How often values and pairs of values of different options occurred.
class Coverage {
 public:
  /// Counts a case; every case has the same options in the same order.
  void add(const std::vector<Choice>& choices);

  /// `name: value count, value count`, a line per option.
  [[nodiscard]] std::string table() const;
  /// Values that never occurred, as `name=value`.
  [[nodiscard]] std::vector<std::string> missing_values() const;
  [[nodiscard]] std::size_t pairs_possible() const;
  [[nodiscard]] std::size_t pairs_seen() const { return pairs_.size(); }
  /// Pairs the choices would add to those already seen.
  [[nodiscard]] std::size_t new_pairs(const std::vector<Choice>& choices) const;

 private:
  using Value = std::pair<std::size_t, std::size_t>;  ///< option, index of its value

  std::vector<Choice> options_;
  std::vector<std::vector<std::size_t>> counts_;
  std::map<std::pair<Value, Value>, std::size_t> pairs_;
};

}  // namespace scnn::test
