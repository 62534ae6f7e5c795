#include "workloads/import/json_fields.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace scnn::workloads::imports {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kMostDims = 32;

std::optional<std::int64_t> integer_in(const ordered_json& value, IntegerRange range) {
  if (!value.is_number_integer()) return std::nullopt;
  if (value.is_number_unsigned() && !std::in_range<std::int64_t>(value.get<std::uint64_t>()))
    return std::nullopt;
  const auto v = value.get<std::int64_t>();
  return range.contains(v) ? std::optional(v) : std::nullopt;
}

}  // namespace

Pair pair_of(JsonObjectReader& fields, std::string_view key, Pair fallback, IntegerRange range) {
  const ordered_json* const v = fields.any(key);
  if (v == nullptr || v->is_null()) return fallback;
  if (const auto both = integer_in(*v, range)) return {*both, *both};
  if (v->is_array() && v->size() == 2) {
    const auto rows = integer_in((*v)[0], range);
    const auto columns = integer_in((*v)[1], range);
    if (rows && columns) return {*rows, *columns};
  }
  fields.refuse(key, *v, range.text() + ", or a list of two");
}

Dims integers_of(JsonObjectReader& fields, std::string_view key, IntegerRange range) {
  const ordered_json* const v = fields.any(key);
  const std::string expected = "a list of integers, each " + range.text();
  if (v == nullptr) fields.refuse(key, nullptr, expected);
  if (!v->is_array() || v->size() > kMostDims) fields.refuse(key, *v, expected);
  Dims dims;
  for (const auto& element : *v) {
    const auto one = element.is_null() && range.contains(kOpen) ? std::optional(kOpen)
                                                                : integer_in(element, range);
    if (!one) fields.refuse(key, element, expected);
    dims.push_back(*one);
  }
  return dims;
}

std::int64_t integer_of(JsonObjectReader& fields, std::string_view key, std::int64_t fallback,
                        IntegerRange range) {
  return given(fields, key) ? fields.integer(key, range).value() : fallback;
}

bool given(JsonObjectReader& fields, std::string_view key) {
  const ordered_json* const v = fields.any(key);
  return v != nullptr && !v->is_null();
}

}  // namespace scnn::workloads::imports
