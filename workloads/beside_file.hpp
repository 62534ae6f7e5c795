/// A file that is made beside its final name and gets it when it is complete.
#pragma once

#include <filesystem>
#include <string>

namespace scnn::workloads {

/// Without `commit` nothing is left behind, and a file that had the name before keeps it.
/// Links are followed: what they point to is replaced.
class BesideFile {
 public:
  /// Creates an empty file.
  /// \param name  as the user gave it, for messages
  /// \throws OutputError when there can be no file in the folder, or the name belongs to
  ///         something that is not a regular file
  BesideFile(const std::filesystem::path& path, std::string name);
  ~BesideFile() { discard(); }
  BesideFile(const BesideFile&) = delete;
  BesideFile& operator=(const BesideFile&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  /// Where the file is until it is committed.
  [[nodiscard]] const std::filesystem::path& path() const { return beside_path_; }
  /// Gives back the file's space; it stays until it is discarded.
  void truncate() noexcept;
  /// Removes the file. Does nothing after `commit`.
  void discard() noexcept;
  /// Flushes to the disk and renames; whoever wrote must have closed. \throws OutputError
  void commit();

 private:
  std::string name_;
  std::filesystem::path final_path_;   ///< links resolved
  std::filesystem::path beside_path_;  ///< empty once committed or discarded
};

}  // namespace scnn::workloads
