#include "workloads/network_file.hpp"

#include <utility>

#include "workloads/encoded_layer.hpp"
#include "workloads/file_root.hpp"
#include "workloads/layered_file.hpp"
#include "workloads/network_layer.hpp"
#include "workloads/trial_run.hpp"

namespace scnn::workloads {
namespace {

class NetworkFile final : public FileSource<NetworkSource> {
 public:
  explicit NetworkFile(hdf5::InputFile file) : FileSource(std::move(file), check_network_layer) {}
  [[nodiscard]] Layer read(std::size_t index) const override {
    return read_network_layer(file().group_of(index), layers()[index]);
  }
};

std::unique_ptr<NetworkSource> open_here(const std::filesystem::path& path) {
  hdf5::InputFile file(path);
  if (read_format(file.root()) == kEncodedFormat) return open_encoded(std::move(file));
  return std::make_unique<NetworkFile>(std::move(file));
}

}  // namespace

std::unique_ptr<NetworkSource> open_network(const std::filesystem::path& path) {
  try_in_child([&path] { (void)open_here(path); }, hdf5::printable_path(path));
  return open_here(path);
}

class NetworkWriter::Impl {
 public:
  Impl(const std::filesystem::path& path, const NetworkInfo& info)
      : layers(path, kNetworkFormat, info) {}
  LayersWriter layers;
};

NetworkWriter::NetworkWriter(const std::filesystem::path& path, const NetworkInfo& info)
    : impl_(std::make_unique<Impl>(path, info)) {}

NetworkWriter::~NetworkWriter() = default;

void NetworkWriter::append(const Layer& layer) {
  auto group = impl_->layers.add(layer.spec.name);
  write_network_layer(group, layer);
}

void NetworkWriter::commit() { impl_->layers.commit(); }

}  // namespace scnn::workloads
