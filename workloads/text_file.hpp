/// Reading text files whole.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace scnn::workloads {

/// Reads a file, but no more than one byte beyond `most`: the name may be that of a device
/// that never ends.
/// \param what  the kind of file, for messages: `a JSON file`
/// \throws InputError for what is missing, a directory, or cannot be read
[[nodiscard]] std::string read_text_file(const std::filesystem::path& path, std::string_view what,
                                         std::size_t most);

}  // namespace scnn::workloads
