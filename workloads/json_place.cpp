#include "workloads/json_place.hpp"

#include <fmt/format.h>

namespace scnn::workloads {
namespace {

constexpr std::size_t kLongestShown = 60;  // characters of a value that a message repeats

/// One reference token of a JSON pointer.
std::string pointer_token(std::string_view key) {
  std::string token;
  for (const char c : key) {
    if (c == '~')
      token += "~0";
    else if (c == '/')
      token += "~1";
    else
      token += c;
  }
  return token;
}

}  // namespace

JsonPlace JsonPlace::operator/(std::string_view key) const {
  return {.file = file, .pointer = pointer + "/" + shown_text(pointer_token(key))};
}

std::string shown(const nlohmann::ordered_json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "an array";
  if (value.is_string())
    return fmt::format("\"{}\"", shown_text(value.get_ref<const std::string&>()));
  return value.dump();
}

std::string shown_text(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, kLongestShown)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f)
      out += fmt::format("\\x{:02x}", byte);
    else
      out += c;
  }
  return text.size() > kLongestShown ? out + "..." : out;
}

}  // namespace scnn::workloads
