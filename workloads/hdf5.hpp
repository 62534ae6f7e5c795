/// Reading HDF5: identifiers that close themselves, and errors as InputError.
///
/// hdf5*.cpp are the only code that touches the HDF5 library. Nothing here follows a
/// link out of the file or reads data kept elsewhere. Debian's HDF5 is not
/// thread-safe: one thread of a process at a time.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "workloads/hdf5_handle.hpp"

namespace scnn::workloads::hdf5 {

/// Element types this project's datasets have, in either byte order.
enum class Element : std::uint8_t {
  int8,
  uint8,
  int16,
  uint16,
  int64,
  uint64,
  float32,
  float64,
  boolean,  ///< the enumeration h5py stores for NumPy's bool
  other,
};

/// The element that a C++ type holds.
template <class T>
constexpr Element element_for() {
  if constexpr (std::is_same_v<T, std::uint8_t>) return Element::uint8;
  if constexpr (std::is_same_v<T, std::int16_t>) return Element::int16;
  if constexpr (std::is_same_v<T, std::uint16_t>) return Element::uint16;
  if constexpr (std::is_same_v<T, std::int64_t>) return Element::int64;
  if constexpr (std::is_same_v<T, std::uint64_t>) return Element::uint64;
  if constexpr (std::is_same_v<T, float>) return Element::float32;
  if constexpr (std::is_same_v<T, double>) return Element::float64;
  return Element::other;
}

using Dims = std::vector<std::int64_t>;

/// `[8][3][3][3]`; `a scalar` without dimensions.
[[nodiscard]] std::string shape_text(std::span<const std::int64_t> dims);

/// Text from a file as it may stand in a one-line message: control characters and
/// bytes that are not UTF-8 become `?`, and the text is cut after `most` bytes.
[[nodiscard]] std::string printable(std::string_view text, std::size_t most = 160);
[[nodiscard]] std::string printable_path(const std::filesystem::path& path);

/// True for well-formed UTF-8 without control characters.
[[nodiscard]] bool is_clean_text(std::string_view text);

struct IntegerRange {
  std::int64_t low = std::numeric_limits<std::int64_t>::min();
  std::int64_t high = std::numeric_limits<std::int64_t>::max();
};

/// A group or dataset of an open file, with its attributes.
///
/// Every reader of an attribute throws InputError at `where()` when the attribute is
/// absent or has another type, rank, length or range.
class Object {
 public:
  Object(Handle handle, std::string where) : handle_(std::move(handle)), where_(std::move(where)) {}

  /// `FILE:/path`, for messages.
  [[nodiscard]] const std::string& where() const { return where_; }
  /// In alphabetical order.
  [[nodiscard]] std::vector<std::string> attribute_names() const;
  [[nodiscard]] bool has_attribute(const std::string& name) const;
  /// A scalar of any integer type, or a boolean.
  [[nodiscard]] std::int64_t integer(const std::string& name, IntegerRange range = {}) const;
  /// A vector of exactly `count` integers.
  [[nodiscard]] std::vector<std::int64_t> integers(const std::string& name, std::size_t count,
                                                   IntegerRange range = {}) const;
  /// A finite scalar of any floating-point or integer type.
  [[nodiscard]] double number(const std::string& name) const;
  /// A scalar string, of fixed or variable length; UTF-8 without control characters.
  [[nodiscard]] std::string text(const std::string& name) const;
  /// A scalar string as it is: any bytes, such as JSON text.
  [[nodiscard]] std::string raw_text(const std::string& name) const;
  /// A vector of strings, of fixed or variable length, as they are.
  [[nodiscard]] std::vector<std::string> texts(const std::string& name) const;
  /// The same, split over attributes `name0`, `name1`, ... where h5py's writers found it
  /// too long for one; empty where it was written as an empty vector of numbers, as an empty
  /// list is. \return nothing when there is no such attribute
  [[nodiscard]] std::optional<std::vector<std::string>> split_texts(const std::string& name) const;

 protected:
  [[nodiscard]] std::int64_t id() const { return handle_.id(); }

 private:
  Handle handle_;
  std::string where_;
};

class Dataset : public Object {
 public:
  using Object::Object;

  [[nodiscard]] Dims dims() const;
  [[nodiscard]] Element element() const;
  /// The element type in words, for messages: `int16`, `compound`.
  [[nodiscard]] std::string type_text() const;
  /// Floating-point numbers of at most 64 bits, integers or booleans: what `read` converts.
  [[nodiscard]] bool is_number() const;
  /// Reads everything, converting byte order and width.
  /// \pre    `out` has as many elements as the dataset
  template <class T>
  void read(std::span<T> out) const {
    static_assert(element_for<T>() != Element::other);
    if (!out.empty()) read_raw(out.data(), element_for<T>());
  }
  /// Throws InputError when the numbers are kept in another file, or pass any filter but
  /// gzip, shuffle and fletcher32. Call before anything else is asked of the dataset.
  void check_local() const;
  /// Throws InputError unless the numbers are all there. What passes takes no more
  /// memory than some thousand times the size of the file.
  void check_complete() const;

 private:
  void read_raw(void* out, Element wanted) const;
};

enum class MemberKind : std::uint8_t { group, dataset, soft_link, external_link, other };

/// What a group holds under one name.
struct Member {
  std::string name;
  MemberKind kind = MemberKind::other;
};

/// `a soft link`, for messages.
[[nodiscard]] std::string_view name_of(MemberKind kind);

class Group : public Object {
 public:
  using Object::Object;

  /// In alphabetical order.
  [[nodiscard]] std::vector<Member> members() const;
  [[nodiscard]] bool has(const std::string& name) const;
  /// Open a member. \throws InputError when it is absent, of another kind, or a link
  [[nodiscard]] Group group(const std::string& name) const;
  [[nodiscard]] Dataset dataset(const std::string& name) const;
  /// `FILE:/path/NAME`.
  [[nodiscard]] std::string where_of(const std::string& name) const;

 private:
  [[nodiscard]] Handle open(const std::string& name, MemberKind kind) const;
};

/// A file open for reading; needs no write access to the file or its folder.
class InputFile {
 public:
  /// \throws InputError when the file is absent, not HDF5, truncated or damaged
  explicit InputFile(const std::filesystem::path& path);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] Group root() const;
  /// SHA-256 of the open file's bytes, lower-case hex.
  [[nodiscard]] std::string sha256() const;
  /// Writes the open file's bytes to the open descriptor `to`.
  /// \throws InputError when reading fails, OutputError at `where` when writing does
  void copy_to(int to, const std::string& where) const;

 private:
  [[nodiscard]] int descriptor() const;

  std::string name_;
  Handle handle_;
};

}  // namespace scnn::workloads::hdf5
