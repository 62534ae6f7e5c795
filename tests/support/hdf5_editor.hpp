/// Changes HDF5 files by hand, so that tests can spoil them.
#pragma once

#include <hdf5.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace scnn::test {

/// An HDF5 file open for changes; closed by the destructor. Paths are absolute inside
/// the file. Every change that fails throws std::runtime_error.
class Hdf5Editor {
 public:
  /// Opens a file, or creates one in the library's earliest format.
  explicit Hdf5Editor(const std::filesystem::path& path, bool create = false);
  ~Hdf5Editor();
  Hdf5Editor(const Hdf5Editor&) = delete;
  Hdf5Editor& operator=(const Hdf5Editor&) = delete;

  void remove(const std::string& path);
  void remove_attribute(const std::string& path, const std::string& name);
  void rename(const std::string& path, const std::string& to);
  void create_group(const std::string& path);
  void soft_link(const std::string& path, const std::string& target);
  void external_link(const std::string& path, const std::string& file, const std::string& target);
  void hard_link(const std::string& path, const std::string& target);

  /// Attributes replace one of the same name. No dims: a scalar.
  void set(const std::string& path, const std::string& name, hid_t type,
           const std::vector<hsize_t>& dims, const void* value);
  void set_integer(const std::string& path, const std::string& name, std::int64_t value);
  void set_integers(const std::string& path, const std::string& name,
                    const std::vector<std::int64_t>& values);
  void set_number(const std::string& path, const std::string& name, double value);
  void set_text(const std::string& path, const std::string& name, const std::string& value);
  void set_texts(const std::string& path, const std::string& name,
                 const std::vector<std::string>& values);
  /// Fixed-length strings, padded with NULs.
  void set_fixed_texts(const std::string& path, const std::string& name, std::size_t length,
                       const std::vector<std::string>& values);
  void set_empty(const std::string& path, const std::string& name);

  /// What fixes how a dataset is stored.
  struct Storage {
    hid_t type = H5T_STD_I16LE;
    std::vector<hsize_t> chunk = {};
    int filter = 0;             ///< an H5Z_FILTER_, 0 for none
    std::string external = {};  ///< keep the numbers in this file
    bool virtual_source = false;
    bool write = true;  ///< fill with zeros, or leave it unwritten
  };
  /// Replaces a dataset (and loses its attributes).
  void set_dataset(const std::string& path, const std::vector<hsize_t>& dims,
                   const Storage& storage);
  /// Writes values of a native type into the start of a dataset's row-major order.
  void poke(const std::string& path, std::size_t index, double value);

 private:
  hid_t file_ = -1;
};

}  // namespace scnn::test
