/// `scnn-network` files (docs/formats.md): reading and writing, layer by layer.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "workloads/network.hpp"

namespace scnn::workloads {

/// A network that is read one layer at a time, so that memory follows the largest
/// layer. Network files, encoded files and the zoo all look like this.
class NetworkSource {
 public:
  virtual ~NetworkSource() = default;
  [[nodiscard]] virtual const NetworkInfo& info() const = 0;
  /// Layers in execution order, checked, without their tensors.
  [[nodiscard]] virtual const std::vector<LayerSpec>& layers() const = 0;
  /// Reads and checks the tensors of layer `index`.
  /// \throws InputError naming the file and the dataset
  [[nodiscard]] virtual Layer read(std::size_t index) const = 0;
  /// The place to name in messages about layer `index`: `FILE:/layers/<name>`.
  [[nodiscard]] virtual std::string where(std::size_t index) const = 0;
  /// SHA-256 of the file, lower-case hex; empty when there is no file.
  [[nodiscard]] virtual std::string sha256() const { return {}; }
};

/// Opens a `scnn-network` or `scnn-encoded` file, whichever it is.
///
/// Everything but the numbers themselves is checked here: format and version, the
/// layer order, ranks, agreeing shapes, group divisibility, attribute types and
/// ranges, sizes before any allocation, missing and surplus datasets, links that
/// leave the file. Numbers are checked as layers are read (finite, masks constant
/// on grains, no weight under mask 0).
/// \throws InputError
[[nodiscard]] std::unique_ptr<NetworkSource> open_network(const std::filesystem::path& path);

/// Writes a `scnn-network` file: beside its final name, renamed by `commit`.
/// Without `commit` nothing is left behind.
class NetworkWriter {
 public:
  /// \throws OutputError when the file cannot be created
  NetworkWriter(const std::filesystem::path& path, const NetworkInfo& info);
  ~NetworkWriter();
  NetworkWriter(const NetworkWriter&) = delete;
  NetworkWriter& operator=(const NetworkWriter&) = delete;

  /// Appends a layer; its name becomes the next entry of `order`.
  void append(const Layer& layer);
  /// Flushes, closes and gives the file its name. \throws OutputError
  void commit();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace scnn::workloads
