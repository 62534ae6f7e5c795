/// The file of `scnn run --outputs` (docs/formats.md): what the machine computed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "sparse_formats/tensor.hpp"
#include "workloads/network.hpp"

namespace scnn::workloads {

/// Writes the output tensors of a run, layer by layer: beside its final name, renamed
/// by `commit`. Without `commit` nothing is left behind.
class OutputsWriter {
 public:
  /// \param info  of the network that ran
  /// \throws OutputError when the file cannot be created
  OutputsWriter(const std::filesystem::path& path, const NetworkInfo& info);
  ~OutputsWriter();
  OutputsWriter(const OutputsWriter&) = delete;
  OutputsWriter& operator=(const OutputsWriter&) = delete;

  /// \param accumulated  `[1][K][Ho][Wo]`, before bias and ReLU
  /// \param output       the same scaled, with bias and ReLU
  /// \throws OutputError on a full disk
  void append(const std::string& layer, const Tensor<std::int64_t>& accumulated,
              const Tensor<float>& output);
  /// Flushes, closes and gives the file its name. \throws OutputError
  void commit();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace scnn::workloads
