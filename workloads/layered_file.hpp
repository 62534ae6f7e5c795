/// What reading `scnn-network` and `scnn-encoded` files has in common.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "workloads/hdf5.hpp"
#include "workloads/network_file.hpp"

namespace scnn::workloads {

/// An open file with its root and the specs of its layers, checked. The file stays
/// open, so that replacing it under its name changes nothing for who is reading it.
class LayeredFile {
 public:
  /// Checks a layer's group and gives its spec. \throws InputError
  using CheckLayer = std::function<LayerSpec(const hdf5::Group&, const std::string& name)>;

  /// Checks everything, the layers with `check` and in order. \throws InputError
  LayeredFile(hdf5::InputFile file, const CheckLayer& check);

  [[nodiscard]] const NetworkInfo& info() const { return info_; }
  [[nodiscard]] const std::vector<LayerSpec>& specs() const { return specs_; }
  [[nodiscard]] std::string where(std::size_t index) const;
  [[nodiscard]] const std::string& sha256() const;
  [[nodiscard]] hdf5::Group group_of(std::size_t index) const;

 private:
  hdf5::InputFile file_;
  NetworkInfo info_;
  std::vector<LayerSpec> specs_;
  mutable std::string sha256_;  ///< computed when first asked for
};

/// A network in a file: all of `Interface` but reading the tensors.
/// \tparam Interface  NetworkSource, or an interface derived from it
template <class Interface>
class FileSource : public Interface {
 public:
  [[nodiscard]] const NetworkInfo& info() const override { return file_.info(); }
  [[nodiscard]] const std::vector<LayerSpec>& layers() const override { return file_.specs(); }
  [[nodiscard]] std::string where(std::size_t index) const override { return file_.where(index); }
  [[nodiscard]] std::string sha256() const override { return file_.sha256(); }

 protected:
  FileSource(hdf5::InputFile file, const LayeredFile::CheckLayer& check)
      : file_(std::move(file), check) {}
  [[nodiscard]] const LayeredFile& file() const { return file_; }

 private:
  LayeredFile file_;
};

}  // namespace scnn::workloads
