#include "workloads/text_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <system_error>
#include <vector>

#include "sparse_formats/error.hpp"

namespace scnn::workloads {

std::string read_text_file(const std::filesystem::path& path, std::string_view what,
                           std::size_t most) {
  const std::string where = path.string();
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found)
    throw InputError(where, fmt::format("no such file, expected {}", what));
  if (std::filesystem::is_directory(status))
    throw InputError(where, fmt::format("found a directory, expected {}", what));
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw InputError(where, fmt::format("cannot be read ({}), expected {}",
                                        std::generic_category().message(errno), what));
  std::string text;
  std::vector<char> piece(std::size_t{1} << 16);
  while (file && text.size() <= most) {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    text.append(piece.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad()) throw InputError(where, fmt::format("reading failed, expected {}", what));
  return text;
}

}  // namespace scnn::workloads
