#include <array>
#include <string>

#include "workloads/zoo_builder.hpp"
#include "workloads/zoo_tables.hpp"

namespace scnn::workloads {
namespace {

constexpr std::int64_t kGrowth = 32;
constexpr std::int64_t kBottleneck = 4 * kGrowth;
constexpr std::array kBlocks{6, 12, 24, 16};

/// One dense layer: batch norm, ReLU, 1x1, batch norm, ReLU, 3x3, then concatenation.
///
/// DenseNet normalises and rectifies *before* a convolution. The machine applies ReLU
/// *after* one, so relu says whether everything that reads the output rectifies it right
/// away: true of the 1x1 (only the 3x3 reads it), false of the 3x3 and of transitions,
/// whose outputs are kept as they are and rectified anew by each later reader. In every
/// case the input of a convolution is what has passed the ReLU, hence sparse.
FeatureMap dense_layer(ZooBuilder& net, const FeatureMap& x, const std::string& name) {
  const FeatureMap y = net.conv(name + "_x1", x, {.K = kBottleneck});
  net.conv(name + "_x2", y, {.K = kGrowth, .kernel = 3, .pad = 1, .relu = false});
  return {x.C + kGrowth, x.H, x.W};
}

}  // namespace

std::vector<LayerSpec> densenet121_layers(bool with_fc) {
  ZooBuilder net;
  FeatureMap x{3, 224, 224};
  x = net.conv("conv1", x, {.K = 64, .kernel = 7, .stride = 2, .pad = 3});
  x = pool(x, {.kernel = 3, .stride = 2, .pad = 1, .round_up = false});
  for (std::size_t b = 0; b < kBlocks.size(); ++b) {
    const std::string stage = "conv" + std::to_string(b + 2);
    for (int i = 1; i <= kBlocks[b]; ++i) x = dense_layer(net, x, stage + "_" + std::to_string(i));
    if (b + 1 == kBlocks.size()) break;
    x = net.conv(stage + "_blk", x, {.K = x.C / 2, .relu = false});
    x = pool(x, {.kernel = 2, .stride = 2});
  }
  if (with_fc) net.fc("fc6", pool(x, {.kernel = 7, .stride = 1}), 1000, false);
  return net.take();
}

}  // namespace scnn::workloads
