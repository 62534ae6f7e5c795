#include "workloads/json_lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "sparse_formats/error.hpp"
#include "workloads/json_input.hpp"
#include "workloads/text_file.hpp"

namespace scnn::workloads {

std::vector<JsonLine> read_json_lines(const std::filesystem::path& path) {
  const std::string file = path.string();
  const std::string text = read_text_file(path, "a file of JSON lines", kMaxJsonBytes);
  if (text.size() > kMaxJsonBytes)
    throw InputError(file, fmt::format("larger than {} bytes, expected JSON lines of at most that",
                                       kMaxJsonBytes));
  std::vector<JsonLine> lines;
  std::string_view rest = text;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    std::string place = fmt::format("{}:{}", file, number);
    nlohmann::ordered_json value = parse_json_line(line, place);
    lines.push_back({.place = std::move(place), .value = std::move(value)});
  }
  if (lines.empty()) throw InputError(file, "empty, expected a JSON value per line");
  return lines;
}

}  // namespace scnn::workloads
