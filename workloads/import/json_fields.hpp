/// Members of a layer's JSON description that several frameworks write alike.
#pragma once

#include <cstdint>
#include <string_view>

#include "workloads/import/graph.hpp"
#include "workloads/json_reader.hpp"

namespace scnn::workloads::imports {

/// Extents, strides and the like: more is a mistake, and sums of some still fit.
inline constexpr IntegerRange kExtent{1, std::int64_t{1} << 24};
inline constexpr IntegerRange kAmount{0, std::int64_t{1} << 24};

/// One integer for rows and columns, or a list of two; `fallback` where the member is absent
/// or null. \throws InputError
[[nodiscard]] Pair pair_of(JsonObjectReader& fields, std::string_view key, Pair fallback,
                           IntegerRange range);

/// Every integer of a list; null counts as `kOpen` where `range` holds that.
/// \throws InputError for anything else
[[nodiscard]] Dims integers_of(JsonObjectReader& fields, std::string_view key, IntegerRange range);

/// An integer, or `fallback` where the member is absent or null. \throws InputError
[[nodiscard]] std::int64_t integer_of(JsonObjectReader& fields, std::string_view key,
                                      std::int64_t fallback, IntegerRange range);

/// The member is there and not null.
[[nodiscard]] bool given(JsonObjectReader& fields, std::string_view key);

}  // namespace scnn::workloads::imports
