#include "workloads/encoded_file.hpp"
#include "sparse_formats/error.hpp"
namespace scnn::workloads {
std::unique_ptr<NetworkSource> open_encoded(hdf5::InputFile file) {
  throw InputError(file.name(), "encoded");
}
}  // namespace scnn::workloads
