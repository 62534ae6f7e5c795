#include "sim/atomic_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "sparse_formats/error.hpp"
#include "workloads/hdf5.hpp"

namespace scnn::sim {
namespace {

namespace fs = std::filesystem;

constexpr ::mode_t kMode = 0666;  // less the user's umask

std::string reason(int error) { return std::generic_category().message(error); }

/// Some file systems cannot sync a folder, or at all; there is nothing more to do about it.
int sync(int descriptor) {
  if (::fsync(descriptor) == 0) return 0;
  return errno == EINVAL || errno == EROFS || errno == ENOTSUP ? 0 : errno;
}

void sync_folder_of(const fs::path& path) {
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  sync(descriptor);
  ::close(descriptor);
}

}  // namespace

AtomicFile::AtomicFile(const fs::path& path)
    : name_(workloads::hdf5::printable_path(path)), final_path_(path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::is_directory(status))
    throw OutputError(name_, "cannot be written: it is a folder, expected a file name");
  if (!fs::exists(status)) {
    create_beside();
  } else if (fs::is_regular_file(status)) {
    // What a symbolic link points to is replaced, not the link.
    if (const fs::path target = fs::canonical(path, error); !error) final_path_ = target;
    create_beside();
  } else {
    descriptor_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor_ < 0) fail("cannot be opened", errno);
  }
}

AtomicFile::~AtomicFile() { discard(); }

void AtomicFile::create_beside() {
  constexpr int kAttempts = 1000;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    fs::path beside = final_path_;
    beside += fmt::format(".part-{}-{}", ::getpid(), attempt);
    descriptor_ = ::open(beside.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, kMode);
    if (descriptor_ >= 0) {
      beside_path_ = beside;
      return;
    }
    if (errno != EEXIST) break;
  }
  fail("cannot be created", errno);
}

void AtomicFile::write(std::string_view text) {
  while (!text.empty()) {
    const ::ssize_t written = ::write(descriptor_, text.data(), text.size());
    if (written > 0)
      text.remove_prefix(static_cast<std::size_t>(written));
    else if (written == 0 || errno != EINTR)
      fail("cannot be written", written == 0 ? EIO : errno);
  }
}

void AtomicFile::commit() {
  const bool renames = !beside_path_.empty();
  if (renames)
    if (const int error = sync(descriptor_); error != 0) fail("cannot be written", error);
  const int closed = ::close(descriptor_) == 0 ? 0 : errno;
  descriptor_ = -1;
  if (closed != 0 && closed != EINTR) fail("cannot be written", closed);
  if (!renames) return;
  if (::rename(beside_path_.c_str(), final_path_.c_str()) != 0) fail("cannot be replaced", errno);
  beside_path_.clear();
  sync_folder_of(final_path_);
}

void AtomicFile::discard() noexcept {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
  if (!beside_path_.empty()) ::unlink(beside_path_.c_str());
  beside_path_.clear();
}

void AtomicFile::fail(const char* what, int error) {
  discard();
  throw OutputError(name_, fmt::format("{}: {}", what, reason(error)));
}

void write_file(const fs::path& path, std::string_view text) {
  AtomicFile file(path);
  file.write(text);
  file.commit();
}

}  // namespace scnn::sim
