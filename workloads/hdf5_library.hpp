/// What the hdf5*.cpp files share: the library's header, its errors, its types.
/// Included by no other file.
#pragma once

#include <hdf5.h>

#include <string>

#include "workloads/hdf5.hpp"

namespace scnn::workloads::hdf5 {

static_assert(sizeof(hid_t) == sizeof(std::int64_t), "HDF5 1.10 or later");

/// Keeps the library from printing its error stack (exceptions carry it instead) and
/// from closing files at the end of the program. What is still open then is a file
/// that could not be written, and the library crashes on those. Call before anything
/// else of the library.
void prepare_library();

/// The library's innermost description of its last failure, printable; the system's
/// words for it where the system failed.
[[nodiscard]] std::string last_reason();

/// Throws InputError at `where`: damaged or truncated, with the library's reason.
[[noreturn]] void throw_damaged(const std::string& where);

/// The in-memory type of an element; not to be closed.
[[nodiscard]] hid_t native_type(Element element);

/// The type of an element as files of this project store it; not to be closed.
[[nodiscard]] hid_t stored_type(Element element);

[[nodiscard]] Element element_of(hid_t type);
[[nodiscard]] std::string type_text(hid_t type);

/// The extent of a dataspace. \throws InputError at `where` for an empty (null) one
[[nodiscard]] Dims dims_of(hid_t space, const std::string& where);

}  // namespace scnn::workloads::hdf5
