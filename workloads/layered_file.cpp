#include "workloads/layered_file.hpp"

#include "workloads/file_root.hpp"

namespace scnn::workloads {

LayeredFile::LayeredFile(hdf5::InputFile file, const CheckLayer& check)
    : file_(std::move(file)), info_(read_root(file_.root())) {
  const hdf5::Group layers = file_.root().group("layers");
  for (const auto& name : read_order(layers)) specs_.push_back(check(layers.group(name), name));
}

hdf5::Group LayeredFile::group_of(std::size_t index) const {
  return file_.root().group("layers").group(specs_.at(index).name);
}

std::string LayeredFile::where(std::size_t index) const {
  return file_.name() + ":/layers/" + specs_.at(index).name;
}

const std::string& LayeredFile::sha256() const {
  if (sha256_.empty()) sha256_ = file_.sha256();
  return sha256_;
}

}  // namespace scnn::workloads
