#include "workloads/hdf5_output.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sparse_formats/error.hpp"
#include "workloads/hdf5_library.hpp"

namespace scnn::workloads::hdf5 {
namespace {

// Below this a chunk's index costs more than compression saves.
constexpr std::int64_t kSmallBytes = 4096;
constexpr std::int64_t kChunkElements = 65536;

[[noreturn]] void throw_unwritable(const std::string& where) {
  const std::string reason = last_reason();
  throw OutputError(where,
                    fmt::format("cannot be written{}{}", reason.empty() ? "" : ": ", reason));
}

std::int64_t count_of(const Dims& dims) {
  std::int64_t n = 1;
  for (auto d : dims) n *= d;
  return n;
}

/// Chunks are runs of whole inner dimensions, cut outermost first.
std::vector<hsize_t> chunk_of(const Dims& dims) {
  std::vector<hsize_t> chunk(dims.begin(), dims.end());
  std::int64_t elements = count_of(dims);
  for (auto& d : chunk) {
    if (elements <= kChunkElements) break;
    const std::int64_t inner = elements / static_cast<std::int64_t>(d);
    d = static_cast<hsize_t>(std::max<std::int64_t>(1, kChunkElements / inner));
    elements = inner * static_cast<std::int64_t>(d);
  }
  return chunk;
}

Handle dataset_properties(const Dims& dims, Element stored) {
  Handle plist(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(plist.id(), false);
  const auto bytes = static_cast<std::int64_t>(H5Tget_size(stored_type(stored)));
  if (count_of(dims) * bytes < kSmallBytes) return plist;
  const std::vector<hsize_t> chunk = chunk_of(dims);
  H5Pset_chunk(plist.id(), static_cast<int>(chunk.size()), chunk.data());
  if (bytes > 1) H5Pset_shuffle(plist.id());
  H5Pset_deflate(plist.id(), 1);
  return plist;
}

Handle utf8_text_type() {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.id(), H5T_VARIABLE);
  H5Tset_cset(type.id(), H5T_CSET_UTF8);
  return type;
}

Handle utf8_link() {
  Handle plist(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_char_encoding(plist.id(), H5T_CSET_UTF8);
  return plist;
}

/// A vector's dataspace; of length 0 too.
Handle vector_space(std::size_t count) {
  const hsize_t extent = count;
  return {H5Screate_simple(1, &extent, nullptr), H5Sclose};
}

/// A file, or why there is none: any later call to the library would forget the reason.
struct Opened {
  Handle file;
  std::string reason;
};

Opened open_created(const std::filesystem::path& path) {
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_fapl_sec2(access.id());
  H5Pset_fclose_degree(access.id(), H5F_CLOSE_STRONG);
  H5Pset_file_locking(access.id(), false, true);
  // One format whatever the library: HDF5 1.8's, which has checksums on metadata.
  H5Pset_libver_bounds(access.id(), H5F_LIBVER_V18, H5F_LIBVER_V18);
  const Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
  H5Pset_obj_track_times(creation.id(), false);
  Opened opened;
  opened.file = {H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation.id(), access.id()), H5Fclose};
  if (!opened.file) opened.reason = last_reason();
  return opened;
}

}  // namespace

void OutputObject::write_attribute(const std::string& name, std::int64_t stored,
                                   std::int64_t memory, std::int64_t space, const void* value) {
  const Handle attribute(H5Acreate2(id(), name.c_str(), stored, space, H5P_DEFAULT, H5P_DEFAULT),
                         H5Aclose);
  if (!attribute || H5Awrite(attribute.id(), memory, value) < 0) throw_unwritable(where());
}

void OutputObject::write_integer(const std::string& name, std::int64_t value) {
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  write_attribute(name, H5T_STD_I64LE, H5T_NATIVE_INT64, space.id(), &value);
}

void OutputObject::write_integers(const std::string& name, std::span<const std::int64_t> values) {
  const Handle space = vector_space(values.size());
  write_attribute(name, H5T_STD_I64LE, H5T_NATIVE_INT64, space.id(), values.data());
}

void OutputObject::write_number(const std::string& name, double value) {
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  write_attribute(name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, space.id(), &value);
}

void OutputObject::write_text(const std::string& name, const std::string& value) {
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const Handle type = utf8_text_type();
  const char* pointer = value.c_str();
  write_attribute(name, type.id(), type.id(), space.id(), &pointer);
}

void OutputObject::write_texts(const std::string& name, std::span<const std::string> values) {
  const Handle space = vector_space(values.size());
  const Handle type = utf8_text_type();
  std::vector<const char*> pointers(values.size());
  std::transform(values.begin(), values.end(), pointers.begin(),
                 [](const std::string& s) { return s.c_str(); });
  const char* nothing = nullptr;  // the library wants an address, of no texts too
  write_attribute(name, type.id(), type.id(), space.id(),
                  pointers.empty() ? &nothing : pointers.data());
}

OutputGroup OutputGroup::create_group(const std::string& name) {
  const std::string place = where() + (where().ends_with('/') ? "" : "/") + name;
  const Handle creation(H5Pcreate(H5P_GROUP_CREATE), H5Pclose);
  H5Pset_obj_track_times(creation.id(), false);
  // Keeps attributes in the group's header: an index would be larger than they are.
  H5Pset_attr_phase_change(creation.id(), 64, 32);
  const Handle link = utf8_link();
  Handle group(H5Gcreate2(id(), name.c_str(), link.id(), creation.id(), H5P_DEFAULT), H5Gclose);
  if (!group) throw_unwritable(place);
  return {std::move(group), place};
}

OutputObject OutputGroup::write_raw(const std::string& name, const Dims& dims, const void* values,
                                    Element memory, Element stored) {
  const std::string place = where() + (where().ends_with('/') ? "" : "/") + name;
  const std::vector<hsize_t> extent(dims.begin(), dims.end());
  const Handle space(H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr),
                     H5Sclose);
  const Handle creation = dataset_properties(dims, stored);
  const Handle link = utf8_link();
  Handle dataset(H5Dcreate2(id(), name.c_str(), stored_type(stored), space.id(), link.id(),
                            creation.id(), H5P_DEFAULT),
                 H5Dclose);
  if (!dataset) throw_unwritable(place);
  if (count_of(dims) > 0 &&
      H5Dwrite(dataset.id(), native_type(memory), H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
    throw_unwritable(place);
  return {std::move(dataset), place};
}

void OutputGroup::write_text_dataset(const std::string& name, std::span<const std::string> values) {
  const std::string place = where() + (where().ends_with('/') ? "" : "/") + name;
  const Handle space = vector_space(values.size());
  const Handle type = utf8_text_type();
  const Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(creation.id(), false);
  const Handle link = utf8_link();
  const Handle dataset(
      H5Dcreate2(id(), name.c_str(), type.id(), space.id(), link.id(), creation.id(), H5P_DEFAULT),
      H5Dclose);
  if (!dataset) throw_unwritable(place);
  std::vector<const char*> pointers(values.size());
  std::transform(values.begin(), values.end(), pointers.begin(),
                 [](const std::string& s) { return s.c_str(); });
  if (!values.empty() &&
      H5Dwrite(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()) < 0)
    throw_unwritable(place);
}

OutputFile::OutputFile(const std::filesystem::path& path) : file_(path, printable_path(path)) {
  prepare_library();
  auto [file, reason] = open_created(file_.path());
  handle_ = std::move(file);
  if (!handle_) throw OutputError(file_.name(), "cannot be created: " + reason);
}

OutputFile::~OutputFile() { discard(); }

void OutputFile::discard() noexcept {
  // On a full disk the library could not flush what it still holds, and would keep
  // trying until the program ends: give back the file's own space first.
  file_.truncate();
  (void)handle_.close();
  file_.discard();
}

OutputGroup OutputFile::root() const {
  Handle group(H5Gopen2(handle_.id(), "/", H5P_DEFAULT), H5Gclose);
  if (!group) throw_unwritable(file_.name() + ":/");
  return {std::move(group), file_.name() + ":/"};
}

void OutputFile::commit() {
  const auto fail = [this](const std::string& reason) {
    discard();
    throw OutputError(file_.name(), "cannot be written: " + reason);
  };
  if (H5Fflush(handle_.id(), H5F_SCOPE_LOCAL) < 0) fail(last_reason());
  if (!handle_.close()) fail(last_reason());
  file_.commit();
}

}  // namespace scnn::workloads::hdf5
