/// Writes a network's layer table by following feature maps from layer to layer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "workloads/network.hpp"

namespace scnn::workloads {

/// Extent of a feature map, `[C][H][W]`.
struct FeatureMap {
  std::int64_t C, H, W;
};

/// A square convolution, padded alike on all sides.
struct ConvOptions {
  std::int64_t K;
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t pad = 0;
  std::int64_t groups = 1;
  bool relu = true;
};

/// A square pooling window.
struct PoolOptions {
  std::int64_t kernel;
  std::int64_t stride;
  std::int64_t pad = 0;
  /// Caffe counts a last, partial window; others leave it out.
  bool round_up = true;
};

class ZooBuilder {
 public:
  /// Appends a convolution of `in` and returns its output.
  FeatureMap conv(std::string name, const FeatureMap& in, const ConvOptions& options);
  /// Appends a fully-connected layer of the flattened `in` (machine.md S4).
  FeatureMap fc(std::string name, const FeatureMap& in, std::int64_t K, bool relu = true);

  /// The table, in execution order.
  [[nodiscard]] std::vector<LayerSpec> take() { return std::move(layers_); }

 private:
  std::vector<LayerSpec> layers_;
};

/// The feature map after pooling; pooling itself is no layer of the table.
[[nodiscard]] FeatureMap pool(const FeatureMap& in, const PoolOptions& options);

}  // namespace scnn::workloads
