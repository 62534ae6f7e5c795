#include "tools/sweep/preparation.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "sparse_formats/error.hpp"
#include "tools/comparison.hpp"
#include "tools/interrupt.hpp"

namespace scnn::cli::sweep {
namespace {

/// Layers beyond this are read and encoded anew for every point. VGG-16 takes a sixth.
constexpr double kMostBytes = 4e9;
/// Of memory, per weight and per input: quantised, encoded and decoded.
constexpr double kBytesPerWeight = 40.0, kBytesPerInput = 40.0;

}  // namespace

QuantisedNetwork::QuantisedNetwork(const Point& point)
    : key_(key_of(point)),
      weight_bits_(point.arch.weight_bits),
      activation_bits_(point.arch.activation_bits),
      network_(point.request),
      kept_(bytes() <= kMostBytes) {
  if (network_.source().sha256() != point.input_sha256)
    throw OutputError(point.request.file, "has changed since the sweep began; start it again");
  for (std::size_t i = 0; kept_ && i < size(); ++i) {
    check_interrupt();
    layers_.push_back(read(i));
  }
}

std::string QuantisedNetwork::key_of(const Point& point) {
  return fmt::format("{}/{} {}", point.arch.weight_bits, point.arch.activation_bits,
                     to_json(point.request).dump());
}

std::shared_ptr<const workloads::QuantisedLayer> QuantisedNetwork::layer(std::size_t i) const {
  return kept_ ? layers_[i] : read(i);
}

std::shared_ptr<const workloads::QuantisedLayer> QuantisedNetwork::read(std::size_t i) const {
  const std::size_t index = network_.chosen()[i];
  workloads::Layer layer = network_.read(index);
  narrow(layer.weights, weight_bits_);
  return std::make_shared<const workloads::QuantisedLayer>(workloads::quantise_layer(
      layer, weight_bits_, activation_bits_, network_.source().where(index)));
}

double QuantisedNetwork::bytes() const {
  double sum = 0.0;
  for (const std::size_t index : network_.chosen()) {
    const LayerShape& s = network_.source().layers()[index].shape;
    sum += kBytesPerWeight * static_cast<double>(s.weight_count()) +
           kBytesPerInput * static_cast<double>(s.C) * static_cast<double>(s.H) *
               static_cast<double>(s.W);
  }
  return sum;
}

Preparation::Preparation(std::shared_ptr<const QuantisedNetwork> network,
                         const memory::Architecture& arch)
    : network_(std::move(network)), key_(sim::preparation_key(arch)), layers_(network_->size()) {}

bool Preparation::serves(const Point& point) const {
  return network_->serves(point) && key_ == sim::preparation_key(point.arch);
}

void Preparation::encode() {
  if (!network_->kept()) return;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    check_interrupt();
    encoded(i);
  }
}

void Preparation::keep_work() {
  keep_work_ = true;
  for (const auto& layer : layers_)
    if (layer) layer->keep_work();
}

sim::PreparedLayer& Preparation::encoded(std::size_t i) {
  if (!layers_[i]) {
    layers_[i] = std::make_unique<sim::PreparedLayer>(network_->layer(i), key_);
    if (keep_work_) layers_[i]->keep_work();
  }
  return *layers_[i];
}

}  // namespace scnn::cli::sweep
