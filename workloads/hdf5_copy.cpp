#include "workloads/hdf5_copy.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "sparse_formats/error.hpp"
#include "workloads/hdf5_library.hpp"

namespace scnn::workloads::hdf5 {
namespace {

void copy(const InputFile& source, const BesideFile& to) {
  const int descriptor = ::open(to.path().c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0)
    throw OutputError(to.name(), fmt::format("cannot be created: {}", std::strerror(errno)));
  const auto close = [](const int* d) { ::close(*d); };
  const std::unique_ptr<const int, decltype(close)> guard(&descriptor, close);
  source.copy_to(descriptor, to.name());
}

Handle open_to_write(const std::filesystem::path& path) {
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_fapl_sec2(access.id());
  H5Pset_fclose_degree(access.id(), H5F_CLOSE_STRONG);
  H5Pset_file_locking(access.id(), false, true);
  return {H5Fopen(path.c_str(), H5F_ACC_RDWR, access.id()), H5Fclose};
}

/// Opens the last name; those before it are opened one by one, and none may be a link.
Handle open_dataset(hid_t file, std::span<const std::string> path, const std::string& where) {
  Handle object(H5Gopen2(file, "/", H5P_DEFAULT), H5Gclose);
  for (const std::string& name : path) {
    H5L_info_t info;
    if (!object || H5Lget_info(object.id(), name.c_str(), &info, H5P_DEFAULT) < 0 ||
        info.type != H5L_TYPE_HARD)
      throw_damaged(where);
    object = Handle(H5Oopen(object.id(), name.c_str(), H5P_DEFAULT), H5Oclose);
  }
  if (!object || H5Iget_type(object.id()) != H5I_DATASET) throw_damaged(where);
  return object;
}

}  // namespace

ZeroedCopy::ZeroedCopy(const InputFile& source, const std::filesystem::path& path)
    : file_(path, printable_path(path)) {
  prepare_library();
  copy(source, file_);
  handle_ = open_to_write(file_.path());
  if (!handle_) fail();
}

ZeroedCopy::~ZeroedCopy() {
  // As for OutputFile: the library must be able to flush what it still holds.
  file_.truncate();
  (void)handle_.close();
}

void ZeroedCopy::fail() {
  const std::string reason = last_reason();
  throw OutputError(file_.name(), "cannot be written: " + reason);
}

void ZeroedCopy::zero(std::span<const std::string> path, std::span<const std::uint8_t> kept) {
  if (std::ranges::find(kept, 0) == kept.end()) return;
  const std::string where = fmt::format("{}:/{}", file_.name(), printable(path.back()));
  const Handle dataset = open_dataset(handle_.id(), path, where);
  const Handle type(H5Dget_type(dataset.id()), H5Tclose);
  const Handle space(H5Dget_space(dataset.id()), H5Sclose);
  const std::size_t bytes = type ? H5Tget_size(type.id()) : 0;
  if (bytes == 0 || !space ||
      H5Sget_simple_extent_npoints(space.id()) != static_cast<hssize_t>(kept.size()))
    throw_damaged(where);
  // The file's own type in memory: bytes go through unconverted.
  std::vector<char> values(kept.size() * bytes);
  if (H5Dread(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
    throw_damaged(where);
  for (std::size_t i = 0; i < kept.size(); ++i)
    if (kept[i] == 0) std::memset(values.data() + i * bytes, 0, bytes);
  if (H5Dwrite(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0) fail();
}

void ZeroedCopy::commit() {
  if (H5Fflush(handle_.id(), H5F_SCOPE_LOCAL) < 0 || !handle_.close()) fail();
  file_.commit();
}

}  // namespace scnn::workloads::hdf5
