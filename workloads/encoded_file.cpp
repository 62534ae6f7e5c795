#include "workloads/encoded_file.hpp"

#include <utility>

#include "workloads/encoded_layer.hpp"
#include "workloads/file_root.hpp"
#include "workloads/layered_file.hpp"

namespace scnn::workloads {
namespace {

class EncodedFile final : public FileSource<EncodedNetwork> {
 public:
  explicit EncodedFile(hdf5::InputFile file) : FileSource(std::move(file), check_encoded_layer) {}

  [[nodiscard]] Layer read(std::size_t index) const override {
    DecodedLayer decoded = read_encoded_layer(file().group_of(index), layers()[index]);
    Layer layer;
    layer.spec = std::move(decoded.encoded.spec);
    IntTensor weights;
    weights.values = std::move(decoded.weights);
    weights.scale = decoded.encoded.weight_scale;
    layer.weights = std::move(weights);
    layer.bias = std::move(decoded.encoded.bias);
    layer.input = std::move(decoded.encoded.input);
    return layer;
  }

  [[nodiscard]] EncodedLayer read_encoded(std::size_t index) const override {
    return read_encoded_layer(file().group_of(index), layers()[index]).encoded;
  }
};

}  // namespace

std::unique_ptr<NetworkSource> open_encoded(hdf5::InputFile file) {
  return std::make_unique<EncodedFile>(std::move(file));
}

class EncodedWriter::Impl {
 public:
  Impl(const std::filesystem::path& path, const NetworkInfo& info)
      : layers(path, kEncodedFormat, info) {}
  LayersWriter layers;
};

EncodedWriter::EncodedWriter(const std::filesystem::path& path, const NetworkInfo& info)
    : impl_(std::make_unique<Impl>(path, info)) {}

EncodedWriter::~EncodedWriter() = default;

void EncodedWriter::append(const EncodedLayer& layer) {
  auto group = impl_->layers.add(layer.spec.name);
  write_encoded_layer(group, layer);
}

void EncodedWriter::commit() { impl_->layers.commit(); }

}  // namespace scnn::workloads
