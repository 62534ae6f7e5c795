#include "workloads/outputs_file.hpp"

#include "workloads/file_root.hpp"

namespace scnn::workloads {
namespace {

template <class T>
hdf5::Dims plane_dims(const Tensor<T>& t) {
  return {t.shape()[1], t.shape()[2], t.shape()[3]};
}

}  // namespace

class OutputsWriter::Impl {
 public:
  Impl(const std::filesystem::path& path, const NetworkInfo& info)
      : layers(path, kOutputsFormat, info) {}
  LayersWriter layers;
};

OutputsWriter::OutputsWriter(const std::filesystem::path& path, const NetworkInfo& info)
    : impl_(std::make_unique<Impl>(path, info)) {}

OutputsWriter::~OutputsWriter() = default;

void OutputsWriter::append(const std::string& layer, const Tensor<std::int64_t>& accumulated,
                           const Tensor<float>& output) {
  auto group = impl_->layers.add(layer);
  group.write_dataset("accumulated", plane_dims(accumulated), accumulated.values());
  group.write_dataset("output", plane_dims(output), output.values());
}

void OutputsWriter::commit() { impl_->layers.commit(); }

}  // namespace scnn::workloads
