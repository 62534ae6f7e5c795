/// Pruned weights in the layout they were read in.
#pragma once

#include <filesystem>

#include "workloads/hdf5_copy.hpp"
#include "workloads/import/imported_network.hpp"

namespace scnn::workloads::imports {

/// Writes a copy of a framework's file in which pruned weights are zero. Where the file
/// has a mask beside a kernel (PyTorch), the mask is changed and the kernel stays.
class SourceWriter {
 public:
  /// \pre  `network` outlives the writer
  /// \throws OutputError
  SourceWriter(const ImportedNetwork& network, const std::filesystem::path& path)
      : network_(network), copy_(network.file(), path) {}

  /// The next layer of the network, pruned or not.
  /// \throws OutputError, and InputError as `hdf5::ZeroedCopy::zero` does
  void append(const Layer& layer);
  /// \throws OutputError
  void commit() { copy_.commit(); }

 private:
  const ImportedNetwork& network_;
  hdf5::ZeroedCopy copy_;
  std::size_t next_ = 0;
};

}  // namespace scnn::workloads::imports
