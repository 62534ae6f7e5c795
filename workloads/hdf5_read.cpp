#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "sparse_formats/error.hpp"
#include "workloads/hdf5_library.hpp"
#include "workloads/sha256.hpp"

namespace scnn::workloads::hdf5 {
namespace {

// deflate shrinks at most 1032 to 1; what claims more holds numbers that are not there.
constexpr double kMostCompression = 1032.0;
constexpr double kSlackBytes = 65536.0;

MemberKind kind_of_object(hid_t group, const char* name) {
  const Handle object(H5Oopen(group, name, H5P_DEFAULT), H5Oclose);
  switch (object ? H5Iget_type(object.id()) : H5I_BADID) {
    case H5I_GROUP:
      return MemberKind::group;
    case H5I_DATASET:
      return MemberKind::dataset;
    default:
      return MemberKind::other;
  }
}

herr_t collect_member(hid_t group, const char* name, const H5L_info_t* info, void* out) noexcept {
  try {
    Member m{.name = name, .kind = MemberKind::other};
    if (info->type == H5L_TYPE_HARD) m.kind = kind_of_object(group, name);
    if (info->type == H5L_TYPE_SOFT) m.kind = MemberKind::soft_link;
    if (info->type == H5L_TYPE_EXTERNAL) m.kind = MemberKind::external_link;
    static_cast<std::vector<Member>*>(out)->push_back(std::move(m));
  } catch (...) {
    return -1;
  }
  return 0;
}

void check_filters(hid_t plist, const std::string& where) {
  const int filters = H5Pget_nfilters(plist);
  if (filters < 0) throw_damaged(where);
  for (int i = 0; i < filters; ++i) {
    unsigned flags = 0;
    unsigned config = 0;
    std::size_t values = 0;
    std::array<char, 64> name{};
    const H5Z_filter_t filter = H5Pget_filter2(plist, static_cast<unsigned>(i), &flags, &values,
                                               nullptr, name.size() - 1, name.data(), &config);
    if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE &&
        filter != H5Z_FILTER_FLETCHER32)
      throw InputError(where, fmt::format("has the filter {} ({}), expected only gzip, shuffle and "
                                          "fletcher32",
                                          static_cast<int>(filter), printable(name.data())));
  }
}

void check_chunks(hid_t plist, double bytes_per_element, double bytes, const std::string& where) {
  std::array<hsize_t, H5S_MAX_RANK> extent{};
  const int rank = H5Pget_chunk(plist, static_cast<int>(extent.size()), extent.data());
  if (rank < 0) throw_damaged(where);
  double chunk = bytes_per_element;
  for (int d = 0; d < rank; ++d) chunk *= static_cast<double>(extent[static_cast<std::size_t>(d)]);
  if (chunk > std::max(2.0 * bytes, 1048576.0))
    throw InputError(where, fmt::format("is stored in chunks of {} bytes, expected at most twice "
                                        "its {} bytes",
                                        chunk, bytes));
}

void check_readable_file(const std::filesystem::path& path, const std::string& name) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) throw InputError(name, "there is no such file");
  if (std::filesystem::is_directory(status))
    throw InputError(name, "is a folder, expected an HDF5 file");
  if (!std::filesystem::is_regular_file(status))
    throw InputError(name, "is not a regular file, expected an HDF5 file");
  if (::access(path.c_str(), R_OK) != 0)
    throw InputError(name, fmt::format("cannot be opened for reading: {}", std::strerror(errno)));
  if (std::filesystem::file_size(path, error) == 0)
    throw InputError(name, "is empty, expected an HDF5 file");
}

}  // namespace

std::string_view name_of(MemberKind kind) {
  switch (kind) {
    case MemberKind::group:
      return "a group";
    case MemberKind::dataset:
      return "a dataset";
    case MemberKind::soft_link:
      return "a soft link";
    case MemberKind::external_link:
      return "a link to another file";
    default:
      return "neither a group nor a dataset";
  }
}

Dims Dataset::dims() const {
  const Handle space(H5Dget_space(id()), H5Sclose);
  if (!space) throw_damaged(where());
  return dims_of(space.id(), where());
}

Element Dataset::element() const {
  const Handle type(H5Dget_type(id()), H5Tclose);
  if (!type) throw_damaged(where());
  return element_of(type.id());
}

std::string Dataset::type_text() const {
  const Handle type(H5Dget_type(id()), H5Tclose);
  if (!type) throw_damaged(where());
  return hdf5::type_text(type.id());
}

bool Dataset::is_number() const {
  const Handle type(H5Dget_type(id()), H5Tclose);
  if (!type) throw_damaged(where());
  const H5T_class_t c = H5Tget_class(type.id());
  return ((c == H5T_FLOAT || c == H5T_INTEGER) && H5Tget_size(type.id()) <= sizeof(double)) ||
         element_of(type.id()) == Element::boolean;
}

void Dataset::read_raw(void* out, Element wanted) const {
  if (H5Dread(id(), native_type(wanted), H5S_ALL, H5S_ALL, H5P_DEFAULT, out) < 0)
    throw_damaged(where());
}

void Dataset::check_local() const {
  const Handle plist(H5Dget_create_plist(id()), H5Pclose);
  if (!plist) throw_damaged(where());
  // Before the extent is asked for: a virtual dataset would open its sources for it.
  if (H5Pget_layout(plist.id()) == H5D_VIRTUAL)
    throw InputError(where(), "is a virtual dataset, expected numbers in this file");
  if (H5Pget_external_count(plist.id()) != 0)
    throw InputError(where(), "keeps its numbers in another file, expected them in this one");
  check_filters(plist.id(), where());
}

void Dataset::check_complete() const {
  const Handle plist(H5Dget_create_plist(id()), H5Pclose);
  const Handle type(H5Dget_type(id()), H5Tclose);
  if (!plist || !type) throw_damaged(where());
  const bool chunked = H5Pget_layout(plist.id()) == H5D_CHUNKED;
  const auto element_bytes = static_cast<double>(H5Tget_size(type.id()));
  const Dims extent = dims();
  double bytes = element_bytes;
  for (auto d : extent) bytes *= static_cast<double>(d);
  if (chunked) check_chunks(plist.id(), element_bytes, bytes, where());
  const auto stored = static_cast<double>(H5Dget_storage_size(id()));
  const double most = chunked ? kMostCompression * stored + kSlackBytes : stored;
  if (bytes > 0 && (stored == 0 || bytes > most))
    throw InputError(where(),
                     fmt::format("stores {} of the {} bytes that shape {} needs: it was never "
                                 "written, or only in part",
                                 stored, bytes, shape_text(extent)));
}

std::vector<Member> Group::members() const {
  std::vector<Member> members;
  hsize_t position = 0;
  if (H5Literate(id(), H5_INDEX_NAME, H5_ITER_INC, &position, collect_member, &members) < 0)
    throw_damaged(where());
  return members;
}

bool Group::has(const std::string& name) const {
  const htri_t exists = H5Lexists(id(), name.c_str(), H5P_DEFAULT);
  if (exists < 0) throw_damaged(where());
  return exists > 0;
}

std::string Group::where_of(const std::string& name) const {
  return where() + (where().ends_with('/') ? "" : "/") + printable(name);
}

Handle Group::open(const std::string& name, MemberKind kind) const {
  const std::string place = where_of(name);
  if (!has(name)) throw InputError(place, fmt::format("is missing, expected {}", name_of(kind)));
  H5L_info_t info;
  if (H5Lget_info(id(), name.c_str(), &info, H5P_DEFAULT) < 0) throw_damaged(place);
  MemberKind found = MemberKind::other;
  if (info.type == H5L_TYPE_SOFT) found = MemberKind::soft_link;
  if (info.type == H5L_TYPE_EXTERNAL) found = MemberKind::external_link;
  if (info.type == H5L_TYPE_HARD) {
    // Only now is it safe to follow the link.
    Handle object(H5Oopen(id(), name.c_str(), H5P_DEFAULT), H5Oclose);
    if (!object) throw_damaged(place);
    const H5I_type_t type = H5Iget_type(object.id());
    if (type == H5I_GROUP) found = MemberKind::group;
    if (type == H5I_DATASET) found = MemberKind::dataset;
    if (found == kind) return object;
  }
  throw InputError(place, fmt::format("is {}, expected {}", name_of(found), name_of(kind)));
}

Group Group::group(const std::string& name) const {
  return {open(name, MemberKind::group), where_of(name)};
}

Dataset Group::dataset(const std::string& name) const {
  return {open(name, MemberKind::dataset), where_of(name)};
}

InputFile::InputFile(const std::filesystem::path& path) : name_(printable_path(path)) {
  prepare_library();
  check_readable_file(path, name_);
  if (H5Fis_hdf5(path.c_str()) <= 0) throw InputError(name_, "is not an HDF5 file");
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_fapl_sec2(access.id());
  H5Pset_fclose_degree(access.id(), H5F_CLOSE_STRONG);
  // A reader needs no lock, and read-only network file systems often refuse one.
  H5Pset_file_locking(access.id(), false, true);
  handle_ = Handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.id()), H5Fclose);
  if (!handle_)
    throw InputError(name_, fmt::format("is a truncated or damaged HDF5 file ({})", last_reason()));
}

Group InputFile::root() const {
  Handle group(H5Gopen2(handle_.id(), "/", H5P_DEFAULT), H5Gclose);
  if (!group) throw_damaged(name_ + ":/");
  return {std::move(group), name_ + ":/"};
}

int InputFile::descriptor() const {
  void* descriptor = nullptr;
  if (H5Fget_vfd_handle(handle_.id(), H5P_DEFAULT, &descriptor) < 0 || descriptor == nullptr)
    throw_damaged(name_);
  return *static_cast<const int*>(descriptor);
}

std::string InputFile::sha256() const { return sha256_of(descriptor(), name_); }

void InputFile::copy_to(int to, const std::string& where) const {
  const int from = descriptor();
  std::vector<char> buffer(std::size_t{1} << 20);
  for (off_t position = 0;;) {
    const ssize_t n = ::pread(from, buffer.data(), buffer.size(), position);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw InputError(name_, fmt::format("cannot be read: {}", std::strerror(errno)));
    if (n == 0) return;
    for (ssize_t done = 0; done < n;) {
      const ssize_t written = ::write(to, buffer.data() + done, static_cast<std::size_t>(n - done));
      if (written < 0 && errno != EINTR)
        throw OutputError(where, fmt::format("cannot be written: {}", std::strerror(errno)));
      if (written > 0) done += written;
    }
    position += n;
  }
}

}  // namespace scnn::workloads::hdf5
