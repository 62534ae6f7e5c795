#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

#include "sparse_formats/error.hpp"
#include "workloads/hdf5_library.hpp"

namespace scnn::workloads::hdf5 {
namespace {

// More text than any network's names need, and little enough to allocate.
constexpr std::size_t kMostTextBytes = std::size_t{16} << 20;

herr_t collect_name(hid_t /*object*/, const char* name, const H5A_info_t* /*info*/,
                    void* out) noexcept {
  try {
    static_cast<std::vector<std::string>*>(out)->emplace_back(name);
  } catch (...) {
    return -1;
  }
  return 0;
}

/// One attribute, opened, with its type and extent.
struct Attribute {
  Handle handle;
  Handle type;
  Dims dims;
  std::string label;  ///< `attribute NAME`
  const std::string* where = nullptr;

  [[noreturn]] void refuse(const std::string& found, const std::string& expected) const {
    throw InputError(*where, fmt::format("{} {}, expected {}", label, found, expected));
  }
  [[noreturn]] void refuse_type(const std::string& expected) const {
    refuse("is " + type_text(type.id()), expected);
  }
  [[noreturn]] void refuse_shape(const std::string& expected) const {
    refuse(dims.empty() ? "is a scalar" : "has shape " + shape_text(dims), expected);
  }
  void read(hid_t memory_type, void* out) const {
    if (count() > 0 && H5Aread(handle.id(), memory_type, out) < 0) throw_damaged(*where);
  }
  [[nodiscard]] std::size_t count() const {
    std::size_t n = 1;
    for (auto d : dims) {
      // An attribute lies in metadata, so a true count is small.
      if (d < 0 || static_cast<std::size_t>(d) > kMostTextBytes)
        refuse_shape("at most " + std::to_string(kMostTextBytes) + " bytes");
      n *= static_cast<std::size_t>(d);
      if (n > kMostTextBytes) refuse_shape("at most " + std::to_string(kMostTextBytes) + " bytes");
    }
    return n;
  }
};

Attribute open_attribute(hid_t object, const std::string& name, const std::string& expected,
                         const std::string& where) {
  const htri_t exists = H5Aexists(object, name.c_str());
  if (exists < 0) throw_damaged(where);
  if (exists == 0)
    throw InputError(where, fmt::format("no attribute {}, expected {}", name, expected));
  Attribute a;
  a.label = "attribute " + name;
  a.where = &where;
  a.handle = Handle(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose);
  if (!a.handle) throw_damaged(where);
  a.type = Handle(H5Aget_type(a.handle.id()), H5Tclose);
  const Handle space(H5Aget_space(a.handle.id()), H5Sclose);
  if (!a.type || !space) throw_damaged(where);
  if (H5Sget_simple_extent_type(space.id()) == H5S_NULL) a.refuse("is empty", expected);
  a.dims = dims_of(space.id(), where);
  return a;
}

std::vector<std::int64_t> read_integers(const Attribute& a, const std::string& expected,
                                        IntegerRange range) {
  const bool boolean = element_of(a.type.id()) == Element::boolean;
  if (!boolean && H5Tget_class(a.type.id()) != H5T_INTEGER) a.refuse_type(expected);
  std::vector<std::int64_t> values(a.count());
  if (boolean) {
    std::vector<std::int8_t> flags(values.size());
    a.read(a.type.id(), flags.data());
    std::copy(flags.begin(), flags.end(), values.begin());
  } else {
    a.read(H5T_NATIVE_INT64, values.data());
  }
  for (auto v : values)
    if (v < range.low || v > range.high)
      a.refuse(a.dims.empty() ? fmt::format("is {}", v) : fmt::format("holds {}", v),
               fmt::format("{} to {}", range.low, range.high));
  return values;
}

std::vector<std::string> read_variable_texts(const Attribute& a) {
  const Handle space(H5Aget_space(a.handle.id()), H5Sclose);
  const Handle memory(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(memory.id(), H5T_VARIABLE);
  H5Tset_cset(memory.id(), H5Tget_cset(a.type.id()));
  std::vector<char*> pointers(a.count(), nullptr);
  // The library allocates every string; give them back however this ends.
  const auto reclaim = [&](char** p) { H5Dvlen_reclaim(memory.id(), space.id(), H5P_DEFAULT, p); };
  const std::unique_ptr<char*, decltype(reclaim)> guard(pointers.data(), reclaim);
  a.read(memory.id(), pointers.data());
  std::vector<std::string> texts(pointers.size());
  std::transform(pointers.begin(), pointers.end(), texts.begin(),
                 [](const char* p) { return std::string(p == nullptr ? "" : p); });
  return texts;
}

std::vector<std::string> read_fixed_texts(const Attribute& a) {
  const std::size_t size = H5Tget_size(a.type.id());
  const std::size_t count = a.count();
  if (size == 0 || size > kMostTextBytes || count > kMostTextBytes / size)
    a.refuse_shape("at most " + std::to_string(kMostTextBytes) + " bytes");
  std::vector<char> bytes(size * count);
  a.read(a.type.id(), bytes.data());
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i) {
    const char* first = bytes.data() + i * size;
    std::string text(first, strnlen(first, size));
    if (H5Tget_strpad(a.type.id()) == H5T_STR_SPACEPAD) text.erase(text.find_last_not_of(' ') + 1);
    texts.push_back(std::move(text));
  }
  return texts;
}

std::vector<std::string> read_texts(const Attribute& a, const std::string& expected) {
  if (H5Tget_class(a.type.id()) != H5T_STRING) a.refuse_type(expected);
  return H5Tis_variable_str(a.type.id()) > 0 ? read_variable_texts(a) : read_fixed_texts(a);
}

}  // namespace

std::vector<std::string> Object::attribute_names() const {
  std::vector<std::string> names;
  if (H5Aiterate2(id(), H5_INDEX_NAME, H5_ITER_INC, nullptr, collect_name, &names) < 0)
    throw_damaged(where());
  return names;
}

bool Object::has_attribute(const std::string& name) const {
  const htri_t exists = H5Aexists(id(), name.c_str());
  if (exists < 0) throw_damaged(where());
  return exists > 0;
}

std::int64_t Object::integer(const std::string& name, IntegerRange range) const {
  const std::string expected = "one integer";
  const Attribute a = open_attribute(id(), name, expected, where());
  if (!a.dims.empty()) a.refuse_shape(expected);
  return read_integers(a, expected, range).front();
}

std::vector<std::int64_t> Object::integers(const std::string& name, std::size_t count,
                                           IntegerRange range) const {
  const std::string expected = fmt::format("{} integers", count);
  const Attribute a = open_attribute(id(), name, expected, where());
  if (a.dims != Dims{static_cast<std::int64_t>(count)}) a.refuse_shape(expected);
  return read_integers(a, expected, range);
}

double Object::number(const std::string& name) const {
  const std::string expected = "one number";
  const Attribute a = open_attribute(id(), name, expected, where());
  const H5T_class_t c = H5Tget_class(a.type.id());
  if (c != H5T_FLOAT && c != H5T_INTEGER) a.refuse_type(expected);
  if (!a.dims.empty()) a.refuse_shape(expected);
  double value = 0.0;
  a.read(H5T_NATIVE_DOUBLE, &value);
  if (!std::isfinite(value)) a.refuse(fmt::format("is {}", value), "a finite number");
  return value;
}

std::string Object::text(const std::string& name) const {
  const std::string expected = "one string";
  const Attribute a = open_attribute(id(), name, expected, where());
  if (!a.dims.empty()) a.refuse_shape(expected);
  std::string text = read_texts(a, expected).front();
  if (!is_clean_text(text))
    a.refuse(fmt::format("is \"{}\"", printable(text)), "UTF-8 text without control characters");
  return text;
}

std::string Object::raw_text(const std::string& name) const {
  const std::string expected = "one string";
  const Attribute a = open_attribute(id(), name, expected, where());
  if (!a.dims.empty()) a.refuse_shape(expected);
  return read_texts(a, expected).front();
}

std::optional<std::vector<std::string>> Object::split_texts(const std::string& name) const {
  const auto part = [this](const std::string& key) {
    const std::string expected = "a vector of strings";
    const Attribute a = open_attribute(id(), key, expected, where());
    if (a.dims.size() != 1) a.refuse_shape(expected);
    return a.dims.front() == 0 ? std::vector<std::string>{} : read_texts(a, expected);
  };
  if (has_attribute(name)) return part(name);
  if (!has_attribute(name + "0")) return std::nullopt;
  std::vector<std::string> all;
  for (int i = 0; has_attribute(name + std::to_string(i)); ++i) {
    auto some = part(name + std::to_string(i));
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

std::vector<std::string> Object::texts(const std::string& name) const {
  const std::string expected = "a vector of strings";
  const Attribute a = open_attribute(id(), name, expected, where());
  if (a.dims.size() != 1) a.refuse_shape(expected);
  return read_texts(a, expected);
}

}  // namespace scnn::workloads::hdf5
