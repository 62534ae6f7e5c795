/// Typed access to the members of a JSON object, with messages that name the place.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/json_place.hpp"

namespace scnn::workloads {

/// Integers from `least` to `most`, both included.
struct IntegerRange {
  std::int64_t least;
  std::int64_t most;
  [[nodiscard]] bool contains(std::int64_t v) const { return v >= least && v <= most; }
  /// `an integer from 1 to 64`
  [[nodiscard]] std::string text() const;
};

/// `"none"`, or `one of "none", "step"`.
[[nodiscard]] std::string choices_text(std::span<const std::string_view> names);

/// Reads members of one object. Every member that a caller asks for is known from then on;
/// `refuse_unknown_keys` reports what nobody asked for.
///
/// Members that are absent read as nullopt. A wrong type or an impossible value throws
/// InputError `FILE#/pointer: found ..., expected ...`; a number with a fraction or an
/// exponent (`8.0`) is no integer.
class JsonObjectReader {
 public:
  /// \throws InputError unless `value` is an object
  JsonObjectReader(const nlohmann::ordered_json& value, JsonPlace place);

  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view key, IntegerRange range);
  /// A finite number above 0.
  [[nodiscard]] std::optional<double> positive(std::string_view key);
  /// A finite number from 0.
  [[nodiscard]] std::optional<double> not_negative(std::string_view key);
  [[nodiscard]] std::optional<std::string> text(std::string_view key);
  [[nodiscard]] std::optional<bool> flag(std::string_view key);
  /// Index of the member's string among `names`.
  [[nodiscard]] std::optional<std::size_t> choice(std::string_view key,
                                                  std::span<const std::string_view> names);
  [[nodiscard]] std::optional<JsonObjectReader> object(std::string_view key);
  /// A member of any type, null included; nullptr when it is absent.
  [[nodiscard]] const nlohmann::ordered_json* any(std::string_view key) { return find(key); }

  /// Throws InputError for the first member nobody asked for, with the nearest known key.
  void refuse_unknown_keys() const;

  [[nodiscard]] const JsonPlace& place() const { return place_; }
  /// Throws InputError at the member: `found ..., expected ...`.
  [[noreturn]] void refuse(std::string_view key, const nlohmann::ordered_json& found,
                           std::string_view expected) const;

 private:
  const nlohmann::ordered_json* find(std::string_view key);

  const nlohmann::ordered_json* value_;
  JsonPlace place_;
  std::vector<std::string_view> known_;
};

}  // namespace scnn::workloads
