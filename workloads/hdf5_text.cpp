#include <fmt/format.h>

#include "workloads/hdf5.hpp"

namespace scnn::workloads::hdf5 {
namespace {

/// Length in bytes of the well-formed, printable UTF-8 character at the start of
/// `text`; 0 when there is none. (Unicode 15, table 3-7.)
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto continues = [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i <= last; ++i)
      if ((byte(i) & 0xC0U) != 0x80U) return false;
    return true;
  };
  const unsigned b = byte(0);
  if (b < 0x80U) return b < 0x20U || b == 0x7FU ? 0 : 1;
  if (b < 0xC2U) return 0;
  if (b < 0xE0U) return continues(1, 1) && !(b == 0xC2U && byte(1) < 0xA0U) ? 2 : 0;
  if (b < 0xF0U) {
    const bool overlong = b == 0xE0U && byte(1) < 0xA0U;
    const bool surrogate = b == 0xEDU && byte(1) >= 0xA0U;
    return continues(1, 2) && !overlong && !surrogate ? 3 : 0;
  }
  const bool overlong = b == 0xF0U && byte(1) < 0x90U;
  const bool beyond = b > 0xF4U || (b == 0xF4U && byte(1) >= 0x90U);
  return continues(1, 3) && !overlong && !beyond ? 4 : 0;
}

}  // namespace

bool is_clean_text(std::string_view text) {
  while (!text.empty()) {
    const std::size_t n = character_length(text);
    if (n == 0) return false;
    text.remove_prefix(n);
  }
  return true;
}

std::string printable(std::string_view text, std::size_t most) {
  std::string result;
  while (!text.empty()) {
    if (result.size() >= most) return result + "...";
    const std::size_t n = character_length(text);
    result += n == 0 ? "?" : text.substr(0, n);
    text.remove_prefix(n == 0 ? 1 : n);
  }
  return result;
}

std::string printable_path(const std::filesystem::path& path) {
  return printable(path.native(), std::string::npos);
}

std::string shape_text(std::span<const std::int64_t> dims) {
  if (dims.empty()) return "a scalar";
  std::string text;
  for (auto d : dims) text += fmt::format("[{}]", d);
  return text;
}

}  // namespace scnn::workloads::hdf5
