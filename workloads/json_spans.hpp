/// Where values stand in JSON text, so that one can be replaced and the rest kept byte for byte.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace scnn::workloads {

/// Bytes `[begin, end)` of a text.
struct TextSpan {
  std::size_t begin = 0, end = 0;
};

/// Where the elements of an array member of the text's object stand.
/// \pre  `parse_json` takes the text, which is an object whose member `key` is an array
[[nodiscard]] std::vector<TextSpan> element_spans(std::string_view json, std::string_view key);

/// Blanks before the first other character of the line that holds `at`.
[[nodiscard]] std::string indentation_at(std::string_view text, std::size_t at);

}  // namespace scnn::workloads
