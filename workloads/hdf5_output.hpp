/// Writing HDF5 files that appear under their name whole or not at all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/beside_file.hpp"
#include "workloads/hdf5.hpp"

namespace scnn::workloads::hdf5 {

/// A group or dataset being written. Every function throws OutputError at `where()`
/// when the library fails, which here means: the disk is full or broken.
class OutputObject {
 public:
  OutputObject(Handle handle, std::string where)
      : handle_(std::move(handle)), where_(std::move(where)) {}

  [[nodiscard]] const std::string& where() const { return where_; }
  /// Attributes as h5py writes them: int64, float64, variable-length UTF-8.
  void write_integer(const std::string& name, std::int64_t value);
  void write_integers(const std::string& name, std::span<const std::int64_t> values);
  void write_number(const std::string& name, double value);
  void write_text(const std::string& name, const std::string& value);
  void write_texts(const std::string& name, std::span<const std::string> values);

 protected:
  [[nodiscard]] std::int64_t id() const { return handle_.id(); }

 private:
  void write_attribute(const std::string& name, std::int64_t stored, std::int64_t memory,
                       std::int64_t space, const void* value);

  Handle handle_;
  std::string where_;
};

class OutputGroup : public OutputObject {
 public:
  using OutputObject::OutputObject;

  [[nodiscard]] OutputGroup create_group(const std::string& name);
  /// Writes a dataset: chunked, shuffled and compressed (gzip 1) unless it is small.
  /// \param values  the product of `dims` elements, row-major
  /// \param stored  the type in the file, wide enough for every value
  template <class T>
  OutputObject write_dataset(const std::string& name, const Dims& dims, std::span<const T> values,
                             Element stored = element_for<T>()) {
    static_assert(element_for<T>() != Element::other);
    return write_raw(name, dims, values.data(), element_for<T>(), stored);
  }
  /// Writes a vector of variable-length UTF-8 strings.
  void write_text_dataset(const std::string& name, std::span<const std::string> values);

 private:
  OutputObject write_raw(const std::string& name, const Dims& dims, const void* values,
                         Element memory, Element stored);
};

/// An HDF5 file under construction, beside its final name.
///
/// The bytes depend on what is written alone: no times, one library version. Without
/// `commit` nothing is left behind, and a file that had the name before keeps it.
class OutputFile {
 public:
  /// \throws OutputError when no file can be created in the folder, or the name
  ///         belongs to something that is not a regular file
  explicit OutputFile(const std::filesystem::path& path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  [[nodiscard]] OutputGroup root() const;
  /// Flushes to the disk, closes and renames. Call once, after the last group and
  /// dataset is gone.
  void commit();

 private:
  void discard() noexcept;

  BesideFile file_;
  Handle handle_;
};

}  // namespace scnn::workloads::hdf5
