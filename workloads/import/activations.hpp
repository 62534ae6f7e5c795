/// A file of input activations, given beside a network that is imported.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "workloads/hdf5.hpp"
#include "workloads/import/plan.hpp"
#include "workloads/network.hpp"

namespace scnn::workloads::imports {

/// HDF5 with one dataset per layer, named as the layer is in the network file: its input
/// `[C][H][W]` (`[C]` will do for a fully-connected layer) in float32, or int16 with an
/// attribute `scale`.
class ActivationsFile {
 public:
  /// Checks everything but the numbers. \throws InputError; also for a name no layer has
  ActivationsFile(const std::filesystem::path& path, std::span<const PlannedLayer> layers);

  [[nodiscard]] bool has(const LayerSpec& spec) const;
  /// \pre `has(spec)`. \throws InputError for numbers that are not finite
  [[nodiscard]] ValueTensor read(const LayerSpec& spec) const;

 private:
  hdf5::InputFile file_;
};

}  // namespace scnn::workloads::imports
