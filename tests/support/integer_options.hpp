/// `--name N` on the command line of a test program.
#pragma once

#include <charconv>
#include <cstdint>
#include <cstring>
#include <map>
#include <string_view>
#include <system_error>

namespace scnn::test {

/// Takes pairs of words. \return false for an unknown name, a missing or malformed number
inline bool parse_integers(int argc, char** argv,
                           const std::map<std::string_view, std::int64_t*>& options) {
  for (int i = 1; i < argc; i += 2) {
    const auto option = options.find(argv[i]);
    if (option == options.end() || i + 1 >= argc) return false;
    const char* end = argv[i + 1] + std::strlen(argv[i + 1]);
    const auto [stop, error] = std::from_chars(argv[i + 1], end, *option->second);
    if (error != std::errc{} || stop != end) return false;
  }
  return true;
}

}  // namespace scnn::test
