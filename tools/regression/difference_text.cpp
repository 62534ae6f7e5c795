#include "tools/regression/difference_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "tools/numbers.hpp"
#include "tools/table.hpp"

namespace scnn::cli::regression {
namespace {

using nlohmann::ordered_json;

constexpr const char* kIndent = "  ";
/// Of a change of cycles; the largest share is told in any case, as shares add up to 1.
constexpr double kWorthTelling = 0.01;

std::string signed_count(std::uint64_t before, std::uint64_t after) {
  return after >= before ? "+" + grouped(after - before) : "-" + grouped(before - after);
}

/// `+0.14 %`; nothing where there was nothing before.
std::string percent(std::uint64_t before, std::uint64_t after) {
  const auto share = ratio(after, before);
  return share ? fmt::format("{:+.2f}", (*share - 1.0) * 100.0) : "-";
}

std::string shown(const ordered_json& value) {
  return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::string value_text(const ValueChange& change) {
  if (!change.before)
    return fmt::format("{} is {}, was not there", change.key, shown(*change.after));
  if (!change.after)
    return fmt::format("{} is not there, was {}", change.key, shown(*change.before));
  return fmt::format("{} is {}, was {}", change.key, shown(*change.after), shown(*change.before));
}

/// `+33,955.3`
std::string signed_cycles(double cycles) {
  const auto tenths = static_cast<std::uint64_t>(std::llround(std::abs(cycles) * 10.0));
  return fmt::format("{}{}.{}", cycles < 0.0 ? '-' : '+', grouped(tenths / 10), tenths % 10);
}

std::string activity_text(const ActivityChange& change) {
  std::string text = fmt::format("{} {}", change.activity, signed_cycles(change.change()));
  if (change.share) text += fmt::format(" ({:.0f} %)", *change.share * 100.0);
  return text;
}

/// The activities; those that make up less than a hundredth are left to the tables.
std::string activities_text(const PartChange& part) {
  std::string text;
  for (const ActivityChange& change : part.activities)
    if (!change.share || std::abs(*change.share) >= kWorthTelling)
      text += fmt::format("{}{}", text.empty() ? "" : ", ", activity_text(change));
  return text;
}

bool bound_by_dram(const memory::Counters& counters) {
  return counters.cycles > counters.compute_cycles;
}

/// What DRAM traffic (S27) makes of a change of compute_cycles.
std::string dram_text(const PartChange& part) {
  const bool before = bound_by_dram(part.before), after = bound_by_dram(part.after);
  if (!before && !after) return "";
  return fmt::format("; cycles {}, DRAM traffic takes longer than computing {}",
                     signed_count(part.before.cycles, part.after.cycles),
                     before && after ? "before and after"
                     : after         ? "now"
                                     : "no more");
}

void add_names(std::string& text, const char* where, const std::vector<std::string>& names) {
  if (names.empty()) return;
  text += fmt::format("{}layers only {}: {}\n", kIndent, where, fmt::join(names, ", "));
}

std::string counters_table(const Difference& difference, const Layout& layout) {
  std::vector<std::string> layers, counters, before, after, change, share;
  Table table(2);
  for (const PartChange& part : difference.parts) {
    if (!layers.empty() && !part.counters.empty()) table.rule_before(layers.size());
    bool first = true;
    for (const CounterChange& c : part.counters) {
      layers.push_back(std::exchange(first, false) ? part.name : "");
      counters.emplace_back(c.counter->name);
      before.push_back(grouped(c.before));
      after.push_back(grouped(c.after));
      change.push_back(signed_count(c.before, c.after));
      share.push_back(percent(c.before, c.after));
    }
  }
  if (layers.empty()) return "";
  return table.text("layer", layers)
      .text("counter", counters)
      .cells("before", before)
      .cells("now", after)
      .cells("change", change)
      .cells("%", share)
      .str(layout);
}

std::string indented(const std::string& text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    if (end > at) result += kIndent;
    result += text.substr(at, end + 1 - at);
    at = end + 1;
  }
  return result;
}

ordered_json to_json(const PartChange& part) {
  ordered_json object{{"name", part.name}, {"values", to_json(part.values)}};
  ordered_json& counters = object["counters"] = ordered_json::object();
  for (const CounterChange& c : part.counters)
    counters[std::string(c.counter->name)] = {{"before", c.before}, {"after", c.after}};
  ordered_json& moved = object["activities"] = ordered_json::object();
  for (const ActivityChange& a : part.activities)
    moved[std::string(a.activity)] = {
        {"before", a.before},
        {"after", a.after},
        {"share", a.share ? ordered_json(*a.share) : ordered_json(nullptr)}};
  return object;
}

}  // namespace

std::string values_text(const std::vector<ValueChange>& changes, const std::string& indent) {
  std::string text;
  for (const ValueChange& change : changes) text += indent + value_text(change) + '\n';
  return text;
}

std::string cycles_sentence(const PartChange& part) {
  const std::uint64_t before = part.before.compute_cycles, after = part.after.compute_cycles;
  std::string text;
  if (before != after) {
    text = fmt::format("compute_cycles {} ({} %)", signed_count(before, after),
                       percent(before, after));
    if (!part.activities.empty()) text += ": " + activities_text(part);
  } else if (!part.activities.empty()) {
    text = "compute_cycles as before, spent otherwise: " + activities_text(part);
  } else {
    text = "no cycle of a PE moved";
  }
  return text + dram_text(part);
}

std::string difference_text(const Difference& difference, const Layout& layout) {
  std::string text;
  add_names(text, "before", difference.only_before);
  add_names(text, "now", difference.only_after);
  if (difference.reordered) text += fmt::format("{}layers come in another order\n", kIndent);
  for (const PartChange& part : difference.parts)
    text += values_text(part.values, fmt::format("{}{}: ", kIndent, part.name));
  const std::string table = counters_table(difference, layout.less(2));
  if (table.empty()) return text;
  text += '\n' + indented(table) + '\n';
  text += fmt::format("{}Why, in cycles of a PE (mean of all) by activity:\n", kIndent);
  for (const PartChange& part : difference.parts)
    if (!part.counters.empty())
      text += wrapped(part.name + ": " + cycles_sentence(part), layout.width, kIndent);
  return text;
}

ordered_json to_json(const std::vector<ValueChange>& changes) {
  ordered_json list = ordered_json::array();
  for (const ValueChange& c : changes) {
    ordered_json object{{"key", c.key}};
    if (c.before) object["before"] = *c.before;
    if (c.after) object["after"] = *c.after;
    list.push_back(std::move(object));
  }
  return list;
}

ordered_json to_json(const Difference& difference) {
  ordered_json object{{"only_before", difference.only_before},
                      {"only_after", difference.only_after},
                      {"reordered", difference.reordered},
                      {"tolerated", difference.tolerated}};
  ordered_json& parts = object["parts"] = ordered_json::array();
  for (const PartChange& part : difference.parts) parts.push_back(to_json(part));
  return object;
}

}  // namespace scnn::cli::regression
