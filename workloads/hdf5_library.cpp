#include "workloads/hdf5_library.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "sparse_formats/error.hpp"

namespace scnn::workloads::hdf5 {
namespace {

herr_t keep_innermost(unsigned n, const H5E_error2_t* error, void* out) noexcept {
  if (n != 0 || error->desc == nullptr) return 0;
  try {
    *static_cast<std::string*>(out) = error->desc;
  } catch (...) {
    return -1;
  }
  return 0;
}

// NumPy's bool, as h5py stores it: an enumeration of FALSE and TRUE over int8.
bool is_boolean(hid_t type) {
  if (H5Tget_class(type) != H5T_ENUM || H5Tget_nmembers(type) != 2 || H5Tget_size(type) != 1)
    return false;
  std::array<std::int8_t, 2> values{};
  for (unsigned i = 0; i < 2; ++i) H5Tget_member_value(type, i, &values[i]);
  return values == std::array<std::int8_t, 2>{0, 1};
}

std::string_view class_name(H5T_class_t c) {
  switch (c) {
    case H5T_TIME:
      return "time";
    case H5T_STRING:
      return "string";
    case H5T_BITFIELD:
      return "bitfield";
    case H5T_OPAQUE:
      return "opaque";
    case H5T_COMPOUND:
      return "compound";
    case H5T_REFERENCE:
      return "reference";
    case H5T_ENUM:
      return "enumeration";
    case H5T_VLEN:
      return "variable-length";
    case H5T_ARRAY:
      return "array";
    default:
      return "unknown";
  }
}

}  // namespace

void prepare_library() {
  H5dont_atexit();
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

std::string last_reason() {
  std::string reason;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_innermost, &reason);
  // Such as "file write failed: time = ..., file descriptor = 4, errno = 28, ...".
  constexpr std::string_view kErrno = "errno = ";
  if (const auto at = reason.find(kErrno); at != std::string::npos)
    if (const int error = std::atoi(reason.c_str() + at + kErrno.size()); error > 0)
      return std::strerror(error);
  return printable(reason);
}

void throw_damaged(const std::string& where) {
  const std::string reason = last_reason();
  throw InputError(where, fmt::format("cannot be read, the file is damaged or truncated{}",
                                      reason.empty() ? "" : " (" + reason + ")"));
}

hid_t native_type(Element element) {
  switch (element) {
    case Element::int8:
      return H5T_NATIVE_INT8;
    case Element::uint8:
      return H5T_NATIVE_UINT8;
    case Element::int16:
      return H5T_NATIVE_INT16;
    case Element::uint16:
      return H5T_NATIVE_UINT16;
    case Element::int64:
      return H5T_NATIVE_INT64;
    case Element::uint64:
      return H5T_NATIVE_UINT64;
    case Element::float32:
      return H5T_NATIVE_FLOAT;
    case Element::float64:
      return H5T_NATIVE_DOUBLE;
    default:
      throw ModelError("this HDF5 element type has no type in memory");
  }
}

hid_t stored_type(Element element) {
  switch (element) {
    case Element::int8:
      return H5T_STD_I8LE;
    case Element::uint8:
      return H5T_STD_U8LE;
    case Element::int16:
      return H5T_STD_I16LE;
    case Element::uint16:
      return H5T_STD_U16LE;
    case Element::int64:
      return H5T_STD_I64LE;
    case Element::uint64:
      return H5T_STD_U64LE;
    case Element::float32:
      return H5T_IEEE_F32LE;
    case Element::float64:
      return H5T_IEEE_F64LE;
    default:
      throw ModelError("this HDF5 element type is never written");
  }
}

Element element_of(hid_t type) {
  // Not a table: the H5T_ names are calls that initialise the library.
  const auto is = [type](hid_t le, hid_t be) {
    return H5Tequal(type, le) > 0 || H5Tequal(type, be) > 0;
  };
  if (is(H5T_STD_I8LE, H5T_STD_I8BE)) return Element::int8;
  if (is(H5T_STD_U8LE, H5T_STD_U8BE)) return Element::uint8;
  if (is(H5T_STD_I16LE, H5T_STD_I16BE)) return Element::int16;
  if (is(H5T_STD_U16LE, H5T_STD_U16BE)) return Element::uint16;
  if (is(H5T_STD_I64LE, H5T_STD_I64BE)) return Element::int64;
  if (is(H5T_STD_U64LE, H5T_STD_U64BE)) return Element::uint64;
  if (is(H5T_IEEE_F32LE, H5T_IEEE_F32BE)) return Element::float32;
  if (is(H5T_IEEE_F64LE, H5T_IEEE_F64BE)) return Element::float64;
  if (is_boolean(type)) return Element::boolean;
  return Element::other;
}

std::string type_text(hid_t type) {
  const H5T_class_t c = H5Tget_class(type);
  const std::size_t bits = 8 * H5Tget_size(type);
  if (c == H5T_FLOAT) return fmt::format("float{}", bits);
  if (c == H5T_INTEGER)
    return fmt::format("{}int{}", H5Tget_sign(type) == H5T_SGN_NONE ? "u" : "", bits);
  if (is_boolean(type)) return "bool";
  return std::string(class_name(c));
}

Dims dims_of(hid_t space, const std::string& where) {
  const H5S_class_t kind = H5Sget_simple_extent_type(space);
  if (kind == H5S_SCALAR) return {};
  if (kind == H5S_NULL)
    throw InputError(where, "is empty (no dataspace), expected numbers or text");
  const int rank = H5Sget_simple_extent_ndims(space);
  if (kind != H5S_SIMPLE || rank < 0) throw_damaged(where);
  std::vector<hsize_t> extent(static_cast<std::size_t>(rank));
  if (H5Sget_simple_extent_dims(space, extent.data(), nullptr) != rank) throw_damaged(where);
  Dims dims(extent.size());
  std::transform(extent.begin(), extent.end(), dims.begin(), [](hsize_t n) {
    constexpr hsize_t kMost = std::numeric_limits<std::int64_t>::max();
    return static_cast<std::int64_t>(std::min(n, kMost));
  });
  return dims;
}

}  // namespace scnn::workloads::hdf5
