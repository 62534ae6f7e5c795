/// Places in JSON files, and values as messages show them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace scnn::workloads {

/// A value's place: `FILE#/pointer`, the pointer as in RFC 6901.
struct JsonPlace {
  std::string file;
  std::string pointer;  ///< empty for the whole document

  /// The place of a member of this object, or of an element of this array.
  [[nodiscard]] JsonPlace operator/(std::string_view key) const;
  [[nodiscard]] std::string text() const { return file + "#" + pointer; }
};

/// The value for a message, on one line and short: `8.0`, `"abc"`, `an object`.
[[nodiscard]] std::string shown(const nlohmann::ordered_json& value);

/// Text for a message: control characters and bytes outside ASCII escaped, long text cut.
[[nodiscard]] std::string shown_text(std::string_view text);

}  // namespace scnn::workloads
