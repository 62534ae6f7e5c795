#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <system_error>
#include <utility>

#include "sparse_formats/error.hpp"
#include "tools/options.hpp"

namespace scnn::cli {
namespace {

template <class T>
std::optional<T> parse_number(const std::string& text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

std::string dashed(std::string_view name) { return "--" + std::string(name); }

/// As a message names it: an operand, which is in capitals, has no dashes.
std::string shown_name(std::string_view name) {
  return name.front() >= 'A' && name.front() <= 'Z' ? std::string(name) : dashed(name);
}

std::string joined(const std::vector<std::string_view>& names, std::string_view prefix) {
  std::string text;
  for (const auto name : names) {
    if (!text.empty()) text += ", ";
    text += prefix;
    text += name;
  }
  return text;
}

}  // namespace

double parse_density(const std::string& text, const std::string& where) {
  const auto value = parse_number<double>(text);
  if (!value || !(*value > 0.0 && *value <= 1.0))
    throw InputError(where,
                     fmt::format("found \"{}\", expected a density above 0, at most 1", text));
  return *value;
}

std::optional<double> parse_real(const std::string& text) {
  const auto value = parse_number<double>(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::int64_t parse_integer(const std::string& text, const std::string& where, std::int64_t low,
                           std::int64_t high) {
  const auto value = parse_number<std::int64_t>(text);
  if (!value || *value < low || *value > high)
    throw InputError(
        where, fmt::format("found \"{}\", expected an integer from {} to {}", text, low, high));
  return *value;
}

bool Arguments::has(std::string_view name) const { return values_.contains(name); }

Words Arguments::all(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? Words{} : found->second;
}

std::optional<std::string> Arguments::text(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return std::nullopt;
  return found->second.front();
}

std::string Arguments::required(std::string_view name) const {
  if (auto value = text(name)) return *value;
  throw InputError(dashed(name),
                   fmt::format("is missing, expected it (see scnn {} --help)", command_));
}

std::optional<std::int64_t> Arguments::integer(std::string_view name, std::int64_t low,
                                               std::int64_t high) const {
  const auto value = text(name);
  if (!value) return std::nullopt;
  return parse_integer(*value, dashed(name), low, high);
}

std::optional<double> Arguments::density(std::string_view name) const {
  const auto value = text(name);
  if (!value) return std::nullopt;
  return parse_density(*value, dashed(name));
}

std::optional<std::size_t> Arguments::choice(std::string_view name) const {
  const auto value = text(name);
  if (!value) return std::nullopt;
  const auto& names = choices_.at(std::string(name));
  const auto found = std::ranges::find(names, *value);
  if (found == names.end())
    throw InputError(dashed(name),
                     fmt::format("found \"{}\", expected one of {}", *value, joined(names, "")));
  return static_cast<std::size_t>(found - names.begin());
}

Words Arguments::list(std::string_view name) const {
  const auto value = text(name);
  if (!value) return {};
  Words parts;
  for (std::size_t at = 0; at <= value->size();) {
    const std::size_t comma = std::min(value->find(',', at), value->size());
    parts.push_back(value->substr(at, comma - at));
    at = comma + 1;
  }
  return parts;
}

std::string_view Arguments::exactly_one(const std::vector<std::string_view>& names) const {
  const auto given = std::ranges::count_if(names, [this](auto name) { return has(name); });
  const std::string all = joined(names, "--");
  if (given == 0) throw InputError(all, "none is given, expected one of them");
  if (given > 1) throw InputError(all, "more than one is given, expected one of them");
  return *std::ranges::find_if(names, [this](auto name) { return has(name); });
}

void Arguments::not_both(std::string_view a, std::string_view b) const {
  if (has(a) && has(b))
    throw InputError(fmt::format("--{}, --{}", a, b),
                     "both are given, expected at most one of them");
}

void Arguments::refuse_shared_files() const {
  static constexpr std::string_view kRead[] = {
      "network",   "in",     "topology", "activations", "arch", "mask", "energy",
      "densities", "record", "accuracy", "BASELINE",    "A",    "B"};
  static constexpr std::string_view kWritten[] = {"out", "json",     "csv",  "outputs",
                                                  "vcd", "markdown", "trace"};
  std::vector<std::pair<std::string_view, std::filesystem::path>> taken;
  const auto place = [](const std::string& file) {
    std::error_code failed;  // what cannot be resolved is told where it is opened
    return std::filesystem::weakly_canonical(file, failed);
  };
  for (const std::string_view name : kRead)
    for (const std::string& file : all(name)) taken.emplace_back(name, place(file));
  for (const std::string_view name : kWritten) {
    if (!has(name)) continue;
    const std::filesystem::path path = place(*text(name));
    std::error_code failed;
    if (std::filesystem::exists(path, failed) && !std::filesystem::is_regular_file(path, failed))
      continue;  // /dev/null keeps nothing
    for (const auto& [other, used] : taken)
      // A network may be pruned in place: what is pruned again stays as it was.
      if (path == used && !(command_ == "prune" && name == "out" && other == "network"))
        throw InputError(dashed(name),
                         fmt::format("names the file of {}, expected another", shown_name(other)));
    taken.emplace_back(name, path);
  }
}

}  // namespace scnn::cli
