#include "tools/validation/sections.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "sparse_formats/error.hpp"

namespace scnn::cli::validation {
namespace {

/// Position of the only line of that text. \throws InputError
std::size_t find_line(const std::string& page, const std::string& line, const std::string& where) {
  const std::string whole = '\n' + line + '\n';
  const std::size_t first = page.find(whole);
  if (first == std::string::npos)
    throw InputError(where, fmt::format("has no line \"{}\", expected one", line));
  if (page.find(whole, first + 1) != std::string::npos)
    throw InputError(where, fmt::format("has the line \"{}\" twice, expected it once", line));
  return first + 1;
}

}  // namespace

std::string with_sections(const std::string& page, const std::string& where,
                          const std::map<std::string, std::string>& texts) {
  std::string text = '\n' + page;
  for (const auto& [id, section] : texts) {
    const std::string first = fmt::format("<!-- begin {} -->", id);
    const std::size_t begin = find_line(text, first, where) + first.size() + 1;
    const std::string last = fmt::format("<!-- end {} -->", id);
    const std::size_t end = find_line(text, last, where);
    if (end < begin)
      throw InputError(where,
                       fmt::format("has \"{}\" before \"{}\", expected it after", last, first));
    text.replace(begin, end - begin, '\n' + section + '\n');
  }
  return text.substr(1);
}

std::string read_page(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw InputError(path.string(), "cannot be read, expected a Markdown page");
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace scnn::cli::validation
