#include "tools/sweep/axis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>

#include "memory/architecture.hpp"
#include "sim/architecture_file.hpp"
#include "sparse_formats/error.hpp"
#include "workloads/json_reader.hpp"

namespace scnn::cli::sweep {
namespace {

using nlohmann::ordered_json;
using workloads::JsonObjectReader;
using workloads::JsonPlace;

constexpr std::array<std::string_view, 4> kNetworkKeys{"granularity", "density",
                                                       "activation_density", "seed"};

/// Integers beyond this are no longer exact as doubles.
constexpr double kMostExact = 9007199254740992.0;

std::string some_keys() {
  return "a JSON pointer to a key of the architecture, such as \"/dram/latency_cycles\", or "
         "one of \"granularity\", \"density\", \"activation_density\", \"seed\"";
}

bool known_key(const std::string& key) {
  if (std::ranges::find(kNetworkKeys, key) != kNetworkKeys.end()) return true;
  if (!is_architecture_key(key)) return false;
  static const ordered_json defaults = sim::to_json(memory::Architecture{});
  try {
    const ordered_json::json_pointer pointer(key);
    return defaults.contains(pointer) && !defaults.at(pointer).is_structured();
  } catch (const ordered_json::exception&) {
    return false;  // no pointer: "/a~"
  }
}

std::vector<ordered_json> listed(JsonObjectReader& reader, const ordered_json& array) {
  constexpr const char* kExpected = "an array of at least one text, number, true or false";
  if (!array.is_array()) reader.refuse("values", array, kExpected);
  if (array.empty())
    throw InputError((reader.place() / "values").text(),
                     fmt::format("found an empty array, expected {}", kExpected));
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (array[i].is_structured() || array[i].is_null())
      reader.refuse("values", array[i], kExpected);
  }
  return {array.begin(), array.end()};
}

/// A member of a range that must be there. \return whether it is an integer
bool number(JsonObjectReader& range, const char* key, double& value) {
  const ordered_json* member = range.any(key);
  if (member == nullptr)
    throw InputError((range.place() / key).text(), "is missing, expected a number");
  if (!member->is_number()) range.refuse(key, *member, "a number");
  value = member->get<double>();
  if (std::abs(value) > kMostExact) range.refuse(key, *member, "a number of at most 2^53");
  return member->is_number_integer();
}

[[noreturn]] void refuse_size(const JsonPlace& place) {
  throw InputError(place.text(), fmt::format("has more than {} values", kMostPoints));
}

std::vector<ordered_json> as_values(const std::vector<double>& numbers, bool integers) {
  std::vector<ordered_json> values;
  for (const double x : numbers) {
    ordered_json value =
        integers ? ordered_json(static_cast<std::int64_t>(std::nearbyint(x))) : ordered_json(x);
    if (values.empty() || values.back() != value) values.push_back(std::move(value));
  }
  return values;
}

/// The number that a person would have written: 0.3, not 0.30000000000000004.
double rounded(double x) { return std::stod(fmt::format("{:.15g}", x)); }

std::vector<ordered_json> range_values(JsonObjectReader range) {
  double from = 0.0, to = 0.0, step = 0.0;
  bool integers = number(range, "from", from);
  integers &= number(range, "to", to);
  integers &= number(range, "step", step);
  range.refuse_unknown_keys();
  const double count = (to - from) / step;
  if (!(count >= 0.0) || !std::isfinite(count))
    throw InputError(
        (range.place() / "step").text(),
        fmt::format("found {}, expected a step that leads from {} to {}", step, from, to));
  if (count >= static_cast<double>(kMostPoints)) refuse_size(range.place());
  std::vector<double> numbers;
  // A step such as 0.1 is not met exactly: what is a millionth of it beyond the end counts.
  for (std::size_t i = 0; static_cast<double>(i) <= count + 1e-6; ++i)
    numbers.push_back(rounded(from + static_cast<double>(i) * step));
  return as_values(numbers, integers);
}

std::vector<double> by_factor(const JsonPlace& place, double from, double to, double factor) {
  if (!(factor > 0.0) || factor == 1.0 || (factor > 1.0) != (to >= from))
    throw InputError(
        (place / "factor").text(),
        fmt::format("found {}, expected a factor that leads from {} to {}", factor, from, to));
  std::vector<double> numbers;
  const double end = to * (factor > 1.0 ? 1.0 + 1e-9 : 1.0 - 1e-9);
  for (double x = from; factor > 1.0 ? x <= end : x >= end; x *= factor) {
    if (numbers.size() == kMostPoints) refuse_size(place);
    numbers.push_back(x);
  }
  return numbers;
}

std::vector<ordered_json> log_values(JsonObjectReader range) {
  double from = 0.0, to = 0.0, factor = 0.0;
  bool integers = number(range, "from", from);
  integers &= number(range, "to", to);
  if (!(from > 0.0) || !(to > 0.0))
    throw InputError(range.place().text(),
                     "found an end that is not above 0, expected \"from\" and \"to\" above 0");
  if ((range.any("factor") != nullptr) == (range.any("points") != nullptr))
    throw InputError(range.place().text(),
                     "found both or none of \"factor\" and \"points\", expected one");
  std::vector<double> numbers;
  if (range.any("factor") != nullptr) {
    number(range, "factor", factor);
    numbers = by_factor(range.place(), from, to, factor);
  } else {
    const auto points = range.integer("points", {2, static_cast<std::int64_t>(kMostPoints)});
    numbers = log_spaced(from, to, static_cast<std::size_t>(points.value()));
  }
  range.refuse_unknown_keys();
  return as_values(numbers, integers);
}

/// A repeated value of a lone axis would be the same points once more; of one that is zipped
/// with others it is not.
void refuse_repeated(const std::vector<ordered_json>& values, const JsonPlace& place) {
  for (std::size_t i = 0; i < values.size(); ++i)
    if (std::find(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(i), values[i]) !=
        values.begin() + static_cast<std::ptrdiff_t>(i))
      throw InputError((place / fmt::format("{}", i)).text(),
                       fmt::format("found {} a second time, expected every value once",
                                   workloads::shown(values[i])));
}

/// Every value on its own must be one that its key can have.
void check_values(const Axis& axis, const JsonPlace& place) {
  if (!is_architecture_key(axis.key)) return;
  for (const ordered_json& value : axis.values) {
    ordered_json architecture = ordered_json::object();
    architecture[ordered_json::json_pointer(axis.key)] = value;
    try {
      static_cast<void>(sim::resolve_architecture(architecture, ""));
    } catch (const InputError& error) {
      throw InputError(place.text(), fmt::format("{}: {}", axis.key, error.detail()));
    }
  }
}

/// The key whose last part is that of what was given, when there is one.
std::string meant(const std::string& key) {
  const std::string last = key.substr(key.find_last_of("/.") + 1);
  const ordered_json flat = sim::to_json(memory::Architecture{}).flatten();
  for (const auto& known : flat.items())
    if (known.key().ends_with("/" + last) || known.key().ends_with("/" + last + "s"))
      return fmt::format("; did you mean \"{}\"?", known.key());
  return "";
}

Axis read_axis(JsonObjectReader reader) {
  Axis axis;
  axis.key = reader.text("key").value_or("");
  if (!known_key(axis.key))
    throw InputError((reader.place() / "key").text(),
                     fmt::format("found \"{}\", expected {}{}", workloads::shown_text(axis.key),
                                 some_keys(), meant(axis.key)));
  int given = 0;
  if (const ordered_json* values = reader.any("values")) {
    axis.values = listed(reader, *values);
    ++given;
  }
  if (const auto range = reader.object("range")) {
    axis.values = range_values(*range);
    ++given;
  }
  if (const auto range = reader.object("log_range")) {
    axis.values = log_values(*range);
    ++given;
  }
  check_values(axis, reader.place());
  if (given != 1)
    throw InputError(reader.place().text(),
                     "expected exactly one of \"values\", \"range\" and \"log_range\"");
  reader.refuse_unknown_keys();
  return axis;
}

}  // namespace

bool is_architecture_key(const std::string& key) { return key.starts_with('/'); }

std::string column_name(const std::string& key) {
  if (!is_architecture_key(key)) return key;
  std::string name = key.substr(1);
  std::ranges::replace(name, '/', '.');
  return name;
}

std::vector<double> log_spaced(double from, double to, std::size_t count) {
  const auto power = [count](double ratio) {
    double product = 1.0;
    for (std::size_t i = 1; i < count; ++i) product *= ratio;
    return product;
  };
  const double whole = to / from;
  double low = std::min(whole, 1.0), high = std::max(whole, 1.0);
  // Halved until no number lies between them.
  for (double middle = low + (high - low) / 2; low < middle && middle < high;
       middle = low + (high - low) / 2)
    (power(middle) < whole ? low : high) = middle;
  std::vector<double> numbers{from};
  for (std::size_t i = 1; i + 1 < count; ++i) numbers.push_back(numbers.back() * high);
  numbers.push_back(to);
  return numbers;
}

AxisGroup read_axis_group(const ordered_json& object, const JsonPlace& place) {
  JsonObjectReader reader(object, place);
  AxisGroup group;
  const ordered_json* zip = reader.any("zip");
  if (zip == nullptr) {
    group.axes.push_back(read_axis(reader));
    refuse_repeated(group.axes.front().values, place / "values");
    return group;
  }
  reader.refuse_unknown_keys();
  if (!zip->is_array() || zip->empty()) reader.refuse("zip", *zip, "an array of axes");
  for (std::size_t i = 0; i < zip->size(); ++i) {
    const JsonPlace inner = place / "zip" / fmt::format("{}", i);
    group.axes.push_back(read_axis(JsonObjectReader((*zip)[i], inner)));
    if (group.axes.back().values.size() != group.size())
      throw InputError(inner.text(), fmt::format("has {} values, expected {}, as the axis it is "
                                                 "zipped with",
                                                 group.axes.back().values.size(), group.size()));
  }
  return group;
}

}  // namespace scnn::cli::sweep
