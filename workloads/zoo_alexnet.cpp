#include "workloads/zoo_builder.hpp"
#include "workloads/zoo_tables.hpp"

namespace scnn::workloads {

std::vector<LayerSpec> alexnet_layers(bool with_fc) {
  ZooBuilder net;
  const auto half = [](const FeatureMap& x) { return pool(x, {.kernel = 3, .stride = 2}); };
  FeatureMap x{3, 227, 227};
  x = half(net.conv("conv1", x, {.K = 96, .kernel = 11, .stride = 4}));
  x = half(net.conv("conv2", x, {.K = 256, .kernel = 5, .pad = 2, .groups = 2}));
  x = net.conv("conv3", x, {.K = 384, .kernel = 3, .pad = 1});
  x = net.conv("conv4", x, {.K = 384, .kernel = 3, .pad = 1, .groups = 2});
  x = half(net.conv("conv5", x, {.K = 256, .kernel = 3, .pad = 1, .groups = 2}));
  if (with_fc) {
    x = net.fc("fc6", x, 4096);
    x = net.fc("fc7", x, 4096);
    net.fc("fc8", x, 1000, false);
  }
  return net.take();
}

}  // namespace scnn::workloads
