/// Parts of a Markdown page that a command writes.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace scnn::cli::validation {

/// Replaces what lies between the lines `<!-- begin ID -->` and `<!-- end ID -->`, for
/// every ID of `texts`; all else stays as it is.
/// \throws InputError when the page has no such pair of lines, or has it twice
[[nodiscard]] std::string with_sections(const std::string& page, const std::string& where,
                                        const std::map<std::string, std::string>& texts);

/// The text of a page. \throws InputError
[[nodiscard]] std::string read_page(const std::filesystem::path& path);

}  // namespace scnn::cli::validation
