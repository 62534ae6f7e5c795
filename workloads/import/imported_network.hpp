/// Files that frameworks wrote, as networks: `scnn import`.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/import/activations.hpp"
#include "workloads/import/plan.hpp"
#include "workloads/network_file.hpp"

namespace scnn::workloads::imports {

/// Layouts of weights in HDF5.
enum class Format : std::uint8_t { keras2, keras3, caffe, torch, scnn };

/// As the command line names them: `keras2`, ...
[[nodiscard]] const std::vector<std::string_view>& format_names();

struct ImportOptions {
  std::optional<Format> format;                      ///< unset: told from the file
  std::optional<std::filesystem::path> topology;     ///< how layers are connected
  std::optional<std::filesystem::path> activations;  ///< inputs of layers
  Dims input_shape = {};  ///< of the network's only input, in its own order; empty: as described
};

/// A framework's file as a network, read one layer at a time.
class ImportedNetwork final : public NetworkSource {
 public:
  ImportedNetwork(std::unique_ptr<hdf5::InputFile> file, NetworkInfo info, Plan plan);

  [[nodiscard]] const NetworkInfo& info() const override { return info_; }
  [[nodiscard]] const std::vector<LayerSpec>& layers() const override { return specs_; }
  [[nodiscard]] Layer read(std::size_t index) const override;
  [[nodiscard]] std::string where(std::size_t index) const override;
  [[nodiscard]] std::string sha256() const override { return file_->sha256(); }

  /// What a user should know, a sentence each.
  [[nodiscard]] const std::vector<std::string>& notes() const { return plan_.notes; }
  [[nodiscard]] const hdf5::InputFile& file() const { return *file_; }
  [[nodiscard]] const PlannedLayer& planned(std::size_t index) const {
    return plan_.layers.at(index);
  }
  /// \throws InputError
  void add_activations(const std::filesystem::path& path);

 private:
  std::unique_ptr<hdf5::InputFile> file_;
  NetworkInfo info_;
  Plan plan_;
  std::vector<LayerSpec> specs_;
  std::optional<ActivationsFile> activations_;
};

/// Opens a framework's file, or a file of this project, whichever it is.
///
/// Checked here: the description of the layers, that it agrees with the weights, sizes before
/// any allocation, links that leave the file, numbers kept elsewhere. Nothing but the numbers
/// is left to `read`.
/// \throws InputError
[[nodiscard]] std::unique_ptr<NetworkSource> open_any(const std::filesystem::path& path,
                                                      const ImportOptions& options);

}  // namespace scnn::workloads::imports
