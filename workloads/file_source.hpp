/// What reading `scnn-network` and `scnn-encoded` files has in common.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "workloads/hdf5.hpp"
#include "workloads/network_file.hpp"

namespace scnn::workloads {

/// An open file as a network. The file stays open, so that replacing it under its
/// name changes nothing for who is reading it.
class FileSource : public NetworkSource {
 public:
  [[nodiscard]] const NetworkInfo& info() const override { return info_; }
  [[nodiscard]] const std::vector<LayerSpec>& layers() const override { return specs_; }
  [[nodiscard]] std::string where(std::size_t index) const override;
  [[nodiscard]] std::string sha256() const override;

 protected:
  using CheckLayer = std::function<LayerSpec(const hdf5::Group&, const std::string& name)>;

  /// Reads the root. \throws InputError
  explicit FileSource(hdf5::InputFile file);
  /// Runs `check` on every layer, in order, and keeps the specs.
  void check_layers(const CheckLayer& check);
  [[nodiscard]] hdf5::Group group_of(std::size_t index) const;

 private:
  hdf5::InputFile file_;
  NetworkInfo info_;
  std::vector<LayerSpec> specs_;
  mutable std::string sha256_;  ///< computed when first asked for
};

}  // namespace scnn::workloads
