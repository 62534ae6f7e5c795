/// Text files that appear under their name whole or not at all.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace scnn::sim {

/// A text file under construction, beside its final name.
///
/// Without `commit` nothing is left behind, and a file that had the name before keeps it.
/// A pipe or a device cannot be renamed and is written to directly: `--json /dev/fd/63`.
class AtomicFile {
 public:
  /// Creates the file, so that a folder that cannot be written is noticed before the work.
  /// \throws OutputError when that fails, or the name belongs to a folder
  explicit AtomicFile(const std::filesystem::path& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// \throws OutputError, for example on a full disk; the file is given up then
  void write(std::string_view text);
  /// Flushes to the disk and gives the file its name. Call once. \throws OutputError
  void commit();

 private:
  void create_beside();
  void discard() noexcept;
  [[noreturn]] void fail(const char* what, int error);

  std::string name_;                   ///< as the user gave it, for messages
  std::filesystem::path final_path_;   ///< links resolved
  std::filesystem::path beside_path_;  ///< empty for pipes and devices, and once committed
  int descriptor_ = -1;
};

/// Writes `text` as a whole file. \throws OutputError
void write_file(const std::filesystem::path& path, std::string_view text);

}  // namespace scnn::sim
