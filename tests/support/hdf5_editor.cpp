#include "tests/support/hdf5_editor.hpp"

#include <array>
#include <cstring>
#include <stdexcept>

namespace scnn::test {
namespace {

hid_t checked(hid_t result, const char* what) {
  if (result < 0) throw std::runtime_error(std::string("the HDF5 editor failed to ") + what);
  return result;
}

hid_t space_of(const std::vector<hsize_t>& dims) {
  return dims.empty() ? H5Screate(H5S_SCALAR)
                      : H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr);
}

hid_t text_type(std::size_t length) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, length);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

hid_t creation_of(const Hdf5Editor::Storage& storage, const std::vector<hsize_t>& dims) {
  const hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
  if (!storage.chunk.empty())
    checked(H5Pset_chunk(plist, static_cast<int>(storage.chunk.size()), storage.chunk.data()),
            "set chunks");
  if (storage.filter == H5Z_FILTER_DEFLATE) checked(H5Pset_deflate(plist, 6), "set gzip");
  if (storage.filter == H5Z_FILTER_FLETCHER32) checked(H5Pset_fletcher32(plist), "set checksums");
  if (storage.filter == H5Z_FILTER_SCALEOFFSET)
    checked(H5Pset_scaleoffset(plist, H5Z_SO_INT, 0), "set scale-offset");
  if (!storage.external.empty())
    checked(H5Pset_external(plist, storage.external.c_str(), 0, H5F_UNLIMITED), "set external");
  if (storage.virtual_source) {
    const hid_t space = space_of(dims);
    checked(H5Pset_virtual(plist, space, "elsewhere.h5", "/data", space), "set virtual");
    H5Sclose(space);
  }
  return plist;
}

}  // namespace

Hdf5Editor::Hdf5Editor(const std::filesystem::path& path, bool create)
    : file_(checked(create ? H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT)
                           : H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT),
                    "open the file")) {}

Hdf5Editor::~Hdf5Editor() { H5Fclose(file_); }

void Hdf5Editor::remove(const std::string& path) {
  checked(H5Ldelete(file_, path.c_str(), H5P_DEFAULT), "remove");
}

void Hdf5Editor::remove_attribute(const std::string& path, const std::string& name) {
  checked(H5Adelete_by_name(file_, path.c_str(), name.c_str(), H5P_DEFAULT), "remove an attribute");
}

void Hdf5Editor::rename(const std::string& path, const std::string& to) {
  checked(H5Lmove(file_, path.c_str(), file_, to.c_str(), H5P_DEFAULT, H5P_DEFAULT), "rename");
}

void Hdf5Editor::create_group(const std::string& path) {
  H5Gclose(checked(H5Gcreate2(file_, path.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                   "create a group"));
}

void Hdf5Editor::soft_link(const std::string& path, const std::string& target) {
  checked(H5Lcreate_soft(target.c_str(), file_, path.c_str(), H5P_DEFAULT, H5P_DEFAULT), "link");
}

void Hdf5Editor::external_link(const std::string& path, const std::string& file,
                               const std::string& target) {
  checked(H5Lcreate_external(file.c_str(), target.c_str(), file_, path.c_str(), H5P_DEFAULT,
                             H5P_DEFAULT),
          "link");
}

void Hdf5Editor::hard_link(const std::string& path, const std::string& target) {
  checked(H5Lcreate_hard(file_, target.c_str(), file_, path.c_str(), H5P_DEFAULT, H5P_DEFAULT),
          "link");
}

void Hdf5Editor::set(const std::string& path, const std::string& name, hid_t type,
                     const std::vector<hsize_t>& dims, const void* value) {
  const hid_t object = checked(H5Oopen(file_, path.c_str(), H5P_DEFAULT), "open an object");
  if (H5Aexists(object, name.c_str()) > 0) H5Adelete(object, name.c_str());
  const hid_t space = value == nullptr ? H5Screate(H5S_NULL) : space_of(dims);
  const hid_t attribute =
      checked(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT),
              "create an attribute");
  if (value != nullptr) checked(H5Awrite(attribute, type, value), "write an attribute");
  H5Aclose(attribute);
  H5Sclose(space);
  H5Oclose(object);
}

void Hdf5Editor::set_integer(const std::string& path, const std::string& name, std::int64_t value) {
  set(path, name, H5T_NATIVE_INT64, {}, &value);
}

void Hdf5Editor::set_integers(const std::string& path, const std::string& name,
                              const std::vector<std::int64_t>& values) {
  set(path, name, H5T_NATIVE_INT64, {values.size()}, values.data());
}

void Hdf5Editor::set_number(const std::string& path, const std::string& name, double value) {
  set(path, name, H5T_NATIVE_DOUBLE, {}, &value);
}

void Hdf5Editor::set_text(const std::string& path, const std::string& name,
                          const std::string& value) {
  const hid_t type = text_type(H5T_VARIABLE);
  const char* pointer = value.c_str();
  set(path, name, type, {}, &pointer);
  H5Tclose(type);
}

void Hdf5Editor::set_texts(const std::string& path, const std::string& name,
                           const std::vector<std::string>& values) {
  const hid_t type = text_type(H5T_VARIABLE);
  std::vector<const char*> pointers;
  for (const auto& v : values) pointers.push_back(v.c_str());
  pointers.push_back(nullptr);  // so that data() is not null for an empty list
  set(path, name, type, {values.size()}, pointers.data());
  H5Tclose(type);
}

void Hdf5Editor::set_fixed_texts(const std::string& path, const std::string& name,
                                 std::size_t length, const std::vector<std::string>& values) {
  const hid_t type = text_type(length);
  H5Tset_strpad(type, H5T_STR_NULLPAD);
  std::string bytes;
  for (auto v : values) {
    v.resize(length);
    bytes += v;
  }
  set(path, name, type, {values.size()}, bytes.data());
  H5Tclose(type);
}

void Hdf5Editor::set_empty(const std::string& path, const std::string& name) {
  set(path, name, H5T_NATIVE_INT64, {}, nullptr);
}

void Hdf5Editor::set_dataset(const std::string& path, const std::vector<hsize_t>& dims,
                             const Storage& storage) {
  if (H5Lexists(file_, path.c_str(), H5P_DEFAULT) > 0) remove(path);
  const hid_t space = space_of(dims);
  const hid_t plist = creation_of(storage, dims);
  const hid_t dataset =
      checked(H5Dcreate2(file_, path.c_str(), storage.type, space, H5P_DEFAULT, plist, H5P_DEFAULT),
              "create a dataset");
  if (storage.write) {
    const std::vector<char> zeros(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)) *
                                  H5Tget_size(storage.type));
    checked(H5Dwrite(dataset, storage.type, H5S_ALL, H5S_ALL, H5P_DEFAULT, zeros.data()),
            "write a dataset");
  }
  H5Dclose(dataset);
  H5Pclose(plist);
  H5Sclose(space);
}

void Hdf5Editor::poke(const std::string& path, std::size_t index, double value) {
  const hid_t dataset = checked(H5Dopen2(file_, path.c_str(), H5P_DEFAULT), "open a dataset");
  const hid_t space = H5Dget_space(dataset);
  std::vector<double> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
  checked(H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()),
          "read a dataset");
  values.at(index) = value;
  checked(H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()),
          "write a dataset");
  H5Sclose(space);
  H5Dclose(dataset);
}

}  // namespace scnn::test
