#include "workloads/beside_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "sparse_formats/error.hpp"

namespace scnn::workloads {
namespace {

/// The path a rename shall replace: what a symbolic link points to, not the link.
std::filesystem::path resolve(const std::filesystem::path& path, const std::string& name) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return path;
  if (!std::filesystem::is_regular_file(status))
    throw OutputError(name,
                      "cannot be written: there is something of this name that is not a "
                      "regular file");
  const auto canonical = std::filesystem::canonical(path, error);
  return error ? path : canonical;
}

std::string sync(const std::filesystem::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
  if (descriptor < 0) return std::strerror(errno);
  const int failed = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  // Some file systems cannot sync a folder; there is nothing more to do about it.
  return failed == 0 || failed == EINVAL ? "" : std::strerror(failed);
}

/// Creates an empty file with a name of its own beside `path`.
std::filesystem::path create_beside(const std::filesystem::path& path, const std::string& name) {
  for (int attempt = 0;; ++attempt) {
    std::filesystem::path beside = path;
    beside += fmt::format(".part-{}-{}", ::getpid(), attempt);
    const int descriptor = ::open(beside.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    const int reason = errno;
    if (descriptor >= 0) {
      ::close(descriptor);
      return beside;
    }
    if (reason != EEXIST || attempt > 1000)
      throw OutputError(name, fmt::format("cannot be created: {}", std::strerror(reason)));
  }
}

}  // namespace

BesideFile::BesideFile(const std::filesystem::path& path, std::string name)
    : name_(std::move(name)),
      final_path_(resolve(path, name_)),
      beside_path_(create_beside(final_path_, name_)) {}

void BesideFile::truncate() noexcept {
  if (!beside_path_.empty() && ::truncate(beside_path_.c_str(), 0) != 0) { /* nothing to give */
  }
}

void BesideFile::discard() noexcept {
  if (!beside_path_.empty()) ::unlink(beside_path_.c_str());
  beside_path_.clear();
}

void BesideFile::commit() {
  const auto fail = [this](const std::string& reason) {
    discard();
    throw OutputError(name_, "cannot be written: " + reason);
  };
  if (const auto problem = sync(beside_path_, O_RDONLY); !problem.empty()) fail(problem);
  if (::rename(beside_path_.c_str(), final_path_.c_str()) != 0) fail(std::strerror(errno));
  beside_path_.clear();
  const auto folder = final_path_.parent_path();
  sync(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY);
}

}  // namespace scnn::workloads
