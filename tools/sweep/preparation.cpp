#include "tools/sweep/preparation.hpp"

#include <nlohmann/json.hpp>

#include "tools/comparison.hpp"
#include "tools/interrupt.hpp"

namespace scnn::cli::sweep {
namespace {

/// Layers beyond this are prepared anew for every point. VGG-16 takes a twentieth.
constexpr double kMostBytes = 8e9;
/// Of memory, per weight and per input: quantised, encoded and decoded.
constexpr double kBytesPerWeight = 40.0, kBytesPerInput = 40.0;

}  // namespace

Preparation::Preparation(const Point& point)
    : request_(to_json(point.request).dump()),
      key_(sim::preparation_key(point.arch)),
      network_(point.request),
      kept_(bytes() <= kMostBytes) {
  for (std::size_t i = 0; kept_ && i < size(); ++i) {
    check_interrupt();
    layers_.push_back(std::make_unique<sim::PreparedLayer>(quantised(i, point.arch), point.arch));
  }
}

bool Preparation::serves(const Point& point) const {
  return request_ == to_json(point.request).dump() && key_ == sim::preparation_key(point.arch);
}

workloads::QuantisedLayer Preparation::quantised(std::size_t i,
                                                 const memory::Architecture& arch) const {
  const std::size_t index = network_.chosen()[i];
  workloads::Layer layer = network_.read(index);
  narrow(layer.weights, arch.weight_bits);
  return workloads::quantise_layer(layer, arch.weight_bits, arch.activation_bits,
                                   network_.source().where(index));
}

double Preparation::bytes() const {
  double sum = 0.0;
  for (const std::size_t index : network_.chosen()) {
    const LayerShape& s = network_.source().layers()[index].shape;
    sum += kBytesPerWeight * static_cast<double>(s.weight_count()) +
           kBytesPerInput * static_cast<double>(s.C) * static_cast<double>(s.H) *
               static_cast<double>(s.W);
  }
  return sum;
}

}  // namespace scnn::cli::sweep
