#include "tests/equivalence/choices.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace scnn::test {

std::size_t Choices::pick(std::string name, std::vector<std::string> values) {
  const auto last = static_cast<std::int64_t>(values.size()) - 1;
  const auto index = static_cast<std::size_t>(draw_->between(0, last));
  all_.push_back({std::move(name), std::move(values), index});
  return index;
}

std::int64_t Choices::number(std::string name, const std::vector<std::int64_t>& values) {
  std::vector<std::string> labels;
  for (std::int64_t v : values) labels.push_back(std::to_string(v));
  return values[pick(std::move(name), std::move(labels))];
}

void Choices::note(std::string name, std::vector<std::string> values, std::size_t index) {
  all_.push_back({std::move(name), std::move(values), index});
}

void Coverage::add(const std::vector<Choice>& choices) {
  if (options_.empty()) {
    options_ = choices;
    for (const Choice& c : choices) counts_.emplace_back(c.values.size(), 0);
  }
  if (choices.size() != options_.size()) throw std::logic_error("cases of different options");
  for (std::size_t a = 0; a < choices.size(); ++a) {
    if (choices[a].name != options_[a].name) throw std::logic_error("options in another order");
    ++counts_[a][choices[a].index];
    for (std::size_t b = 0; b < a; ++b) ++pairs_[{{b, choices[b].index}, {a, choices[a].index}}];
  }
}

std::string Coverage::table() const {
  std::string text;
  for (std::size_t a = 0; a < options_.size(); ++a) {
    text += fmt::format("  {}:", options_[a].name);
    for (std::size_t v = 0; v < counts_[a].size(); ++v)
      text += fmt::format("{} {} {}", v == 0 ? "" : ",", options_[a].values[v], counts_[a][v]);
    text += '\n';
  }
  return text;
}

std::vector<std::string> Coverage::missing_values() const {
  std::vector<std::string> missing;
  for (std::size_t a = 0; a < options_.size(); ++a)
    for (std::size_t v = 0; v < counts_[a].size(); ++v)
      if (counts_[a][v] == 0)
        missing.push_back(fmt::format("{}={}", options_[a].name, options_[a].values[v]));
  return missing;
}

std::size_t Coverage::pairs_possible() const {
  std::size_t pairs = 0;
  for (std::size_t a = 0; a < options_.size(); ++a)
    for (std::size_t b = 0; b < a; ++b)
      pairs += options_[a].values.size() * options_[b].values.size();
  return pairs;
}

std::size_t Coverage::new_pairs(const std::vector<Choice>& choices) const {
  std::size_t pairs = 0;
  for (std::size_t a = 0; a < choices.size(); ++a)
    for (std::size_t b = 0; b < a; ++b)
      pairs += pairs_.contains({{b, choices[b].index}, {a, choices[a].index}}) ? 0 : 1;
  return pairs;
}

}  // namespace scnn::test
