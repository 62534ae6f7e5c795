#include "workloads/json_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "sparse_formats/error.hpp"

namespace scnn::workloads {
namespace {

using nlohmann::ordered_json;

/// Letters to insert, delete or replace to turn a into b (Levenshtein).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replace = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replace, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

/// The known key a user may have meant: one that goes on from `key`, or the one fewest
/// letters away; empty when none is near.
std::string_view nearest_key(std::string_view key, const std::vector<std::string_view>& known) {
  constexpr std::size_t longest = 64, shortest_beginning = 3;
  std::string_view nearest;
  if (key.size() > longest) return nearest;
  std::size_t best = std::max<std::size_t>(2, key.size() / 3) + 1;
  for (const std::string_view candidate : known) {
    const std::size_t distance = key.size() >= shortest_beginning && candidate.starts_with(key)
                                     ? 0
                                     : edit_distance(key, candidate);
    if (distance < best && distance < candidate.size()) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace

std::string IntegerRange::text() const {
  return fmt::format("an integer from {} to {}", least, most);
}

std::string choices_text(std::span<const std::string_view> names) {
  if (names.size() == 1) return fmt::format("\"{}\"", names.front());
  return fmt::format("one of \"{}\"", fmt::join(names, "\", \""));
}

JsonObjectReader::JsonObjectReader(const ordered_json& value, JsonPlace place)
    : value_(&value), place_(std::move(place)) {
  if (!value.is_object())
    throw InputError(place_.text(), fmt::format("found {}, expected an object", shown(value)));
}

std::optional<std::int64_t> JsonObjectReader::integer(std::string_view key, IntegerRange range) {
  const ordered_json* const v = find(key);
  if (v == nullptr) return std::nullopt;
  // An unsigned number may be larger than any int64.
  const bool fits =
      v->is_number_integer() &&
      (!v->is_number_unsigned() || std::in_range<std::int64_t>(v->get<std::uint64_t>()));
  if (!fits || !range.contains(v->get<std::int64_t>())) refuse(key, *v, range.text());
  return v->get<std::int64_t>();
}

std::optional<double> JsonObjectReader::positive(std::string_view key) {
  const ordered_json* const v = find(key);
  if (v == nullptr) return std::nullopt;
  if (!v->is_number() || !std::isfinite(v->get<double>()) || v->get<double>() <= 0.0)
    refuse(key, *v, "a number above 0");
  return v->get<double>();
}

std::optional<double> JsonObjectReader::not_negative(std::string_view key) {
  const ordered_json* const v = find(key);
  if (v == nullptr) return std::nullopt;
  if (!v->is_number() || !std::isfinite(v->get<double>()) || v->get<double>() < 0.0)
    refuse(key, *v, "a number from 0");
  return v->get<double>();
}

std::optional<std::string> JsonObjectReader::text(std::string_view key) {
  const ordered_json* const v = find(key);
  if (v == nullptr) return std::nullopt;
  if (!v->is_string()) refuse(key, *v, "a string");
  return v->get<std::string>();
}

std::optional<bool> JsonObjectReader::flag(std::string_view key) {
  const ordered_json* const v = find(key);
  if (v == nullptr) return std::nullopt;
  if (!v->is_boolean()) refuse(key, *v, "true or false");
  return v->get<bool>();
}

std::optional<std::size_t> JsonObjectReader::choice(std::string_view key,
                                                    std::span<const std::string_view> names) {
  const ordered_json* const v = find(key);
  if (v == nullptr) return std::nullopt;
  const auto found =
      v->is_string() ? std::ranges::find(names, v->get_ref<const std::string&>()) : names.end();
  if (found == names.end()) refuse(key, *v, choices_text(names));
  return static_cast<std::size_t>(found - names.begin());
}

std::optional<JsonObjectReader> JsonObjectReader::object(std::string_view key) {
  const ordered_json* const v = find(key);
  if (v == nullptr) return std::nullopt;
  return JsonObjectReader(*v, place_ / key);
}

void JsonObjectReader::refuse_unknown_keys() const {
  for (const auto& member : value_->items()) {
    const std::string& key = member.key();
    if (std::ranges::find(known_, key) != known_.end()) continue;
    const std::string_view nearest = nearest_key(key, known_);
    throw InputError(
        (place_ / key).text(),
        fmt::format("unknown key \"{}\", {}", shown_text(key),
                    nearest.empty() ? fmt::format("expected one of {}", fmt::join(known_, ", "))
                                    : fmt::format("did you mean \"{}\"?", nearest)));
  }
}

const ordered_json* JsonObjectReader::find(std::string_view key) {
  known_.push_back(key);
  const auto found = value_->find(std::string(key));
  return found == value_->end() ? nullptr : &*found;
}

void JsonObjectReader::refuse(std::string_view key, const ordered_json& found,
                              std::string_view expected) const {
  throw InputError((place_ / key).text(),
                   fmt::format("found {}, expected {}", shown(found), expected));
}

}  // namespace scnn::workloads
