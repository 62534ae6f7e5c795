#include <array>
#include <string>

#include "workloads/zoo_builder.hpp"
#include "workloads/zoo_tables.hpp"

namespace scnn::workloads {
namespace {

struct Stage {
  char number;
  int blocks;
  std::int64_t width;
};
constexpr std::array kStages{Stage{'2', 3, 64}, Stage{'3', 4, 128}, Stage{'4', 6, 256},
                             Stage{'5', 3, 512}};

/// One bottleneck block. As first published (v1), a stage's stride sits on its first
/// 1x1 convolution, not on the 3x3. What is added has no ReLU of its own: the ReLU
/// follows the addition, so branch1 and branch2c have none.
FeatureMap bottleneck(ZooBuilder& net, const FeatureMap& x, const std::string& name,
                      std::int64_t width, std::int64_t stride, bool project) {
  if (project) net.conv(name + "_branch1", x, {.K = 4 * width, .stride = stride, .relu = false});
  FeatureMap y = net.conv(name + "_branch2a", x, {.K = width, .stride = stride});
  y = net.conv(name + "_branch2b", y, {.K = width, .kernel = 3, .pad = 1});
  return net.conv(name + "_branch2c", y, {.K = 4 * width, .relu = false});
}

}  // namespace

std::vector<LayerSpec> resnet50_layers(bool with_fc) {
  ZooBuilder net;
  FeatureMap x{3, 224, 224};
  x = net.conv("conv1", x, {.K = 64, .kernel = 7, .stride = 2, .pad = 3});
  x = pool(x, {.kernel = 3, .stride = 2});
  for (const Stage& stage : kStages)
    for (int b = 0; b < stage.blocks; ++b) {
      const std::string name = std::string("res") + stage.number + static_cast<char>('a' + b);
      const std::int64_t stride = b == 0 && stage.number != '2' ? 2 : 1;
      x = bottleneck(net, x, name, stage.width, stride, b == 0);
    }
  if (with_fc) net.fc("fc1000", pool(x, {.kernel = 7, .stride = 1}), 1000, false);
  return net.take();
}

}  // namespace scnn::workloads
