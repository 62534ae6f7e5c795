/// Spoils a sample file in one way and tells what the reader says.
#pragma once

#include <functional>
#include <string>

#include "tests/support/hdf5_editor.hpp"
#include "tests/support/temporary_folder.hpp"

namespace scnn::test {

/// Writes a good file to the path it is given.
using WriteFile = std::function<void(const std::filesystem::path&)>;

/// One way to spoil a file, and the message it must lead to.
struct Spoiled {
  std::function<void(Hdf5Editor&)> change;
  std::string message;  ///< FILE stands for the path
};

/// Opens the network and reads every layer.
/// \return  the InputError's message with FILE for the path; empty when all is well
[[nodiscard]] std::string message_of(const std::filesystem::path& path);

/// Writes a file, changes it, and gives the message it leads to.
[[nodiscard]] std::string message_after(const WriteFile& write,
                                        const std::function<void(Hdf5Editor&)>& change);

}  // namespace scnn::test
