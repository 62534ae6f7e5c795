#include <array>
#include <string>

#include "workloads/zoo_builder.hpp"
#include "workloads/zoo_tables.hpp"

namespace scnn::workloads {
namespace {

struct Stage {
  int convolutions;
  std::int64_t K;
};
constexpr std::array kStages{Stage{2, 64}, Stage{2, 128}, Stage{3, 256}, Stage{3, 512},
                             Stage{3, 512}};

}  // namespace

std::vector<LayerSpec> vgg16_layers(bool with_fc) {
  ZooBuilder net;
  FeatureMap x{3, 224, 224};
  for (std::size_t s = 0; s < kStages.size(); ++s) {
    for (int i = 1; i <= kStages[s].convolutions; ++i)
      x = net.conv("conv" + std::to_string(s + 1) + "_" + std::to_string(i), x,
                   {.K = kStages[s].K, .kernel = 3, .pad = 1});
    x = pool(x, {.kernel = 2, .stride = 2});
  }
  if (with_fc) {
    x = net.fc("fc6", x, 4096);
    x = net.fc("fc7", x, 4096);
    net.fc("fc8", x, 1000, false);
  }
  return net.take();
}

}  // namespace scnn::workloads
