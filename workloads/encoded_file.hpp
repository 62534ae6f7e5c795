/// `scnn-encoded` files (docs/formats.md): the compressed blocks of machine.md section 3.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "sparse_formats/weight_blocks.hpp"
#include "workloads/network_file.hpp"

namespace scnn::workloads {

/// A layer with its weights as run-length blocks.
struct EncodedLayer {
  /// `granularity` is that of the mask the layer was pruned with, absent without one.
  LayerSpec spec;
  /// Its layout's shape is the spec's; it is encoded fine or at the mask's granularity.
  sparse::EncodedWeights weights;
  double weight_scale = 1.0;
  std::vector<float> bias;           ///< `[K]`, empty when absent
  std::optional<ValueTensor> input;  ///< `[C][H][W]`, one image, as the network had it
};

/// What `open_network` returns for an encoded file. `read` decodes the blocks: weights
/// become integers, and there is no mask, but the spec keeps its granularity.
class EncodedNetwork : public NetworkSource {
 public:
  /// Reads layer `index` as it is stored. \throws InputError unless the blocks are
  /// those that encoding the layer gives
  [[nodiscard]] virtual EncodedLayer read_encoded(std::size_t index) const = 0;
};

/// Writes a `scnn-encoded` file: beside its final name, renamed by `commit`. Without
/// `commit` nothing is left behind.
class EncodedWriter {
 public:
  /// \throws OutputError when the file cannot be created
  EncodedWriter(const std::filesystem::path& path, const NetworkInfo& info);
  ~EncodedWriter();
  EncodedWriter(const EncodedWriter&) = delete;
  EncodedWriter& operator=(const EncodedWriter&) = delete;

  /// \throws OutputError on a full disk, ModelError when spec and layout disagree
  void append(const EncodedLayer& layer);
  /// Flushes, closes and gives the file its name. \throws OutputError
  void commit();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace scnn::workloads
