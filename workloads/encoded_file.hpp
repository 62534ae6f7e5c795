/// `scnn-encoded` files (docs/formats.md): the compressed blocks of machine.md section 3.
#pragma once

#include <memory>

#include "workloads/hdf5.hpp"
#include "workloads/network_file.hpp"

namespace scnn::workloads {

/// Takes an open file whose format is `scnn-encoded`. \throws InputError
[[nodiscard]] std::unique_ptr<NetworkSource> open_encoded(hdf5::InputFile file);

}  // namespace scnn::workloads
