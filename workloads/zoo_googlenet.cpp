#include <array>
#include <string>
#include <string_view>

#include "workloads/zoo_builder.hpp"
#include "workloads/zoo_tables.hpp"

namespace scnn::workloads {
namespace {

/// Output channels of the six convolutions of an inception module.
struct Inception {
  std::string_view name;
  std::int64_t one, three_reduce, three, five_reduce, five, pool_proj;
};

// Table 1 of the GoogLeNet paper.
constexpr std::array kModules{
    Inception{"3a", 64, 96, 128, 16, 32, 32},     Inception{"3b", 128, 128, 192, 32, 96, 64},
    Inception{"4a", 192, 96, 208, 16, 48, 64},    Inception{"4b", 160, 112, 224, 24, 64, 64},
    Inception{"4c", 128, 128, 256, 24, 64, 64},   Inception{"4d", 112, 144, 288, 32, 64, 64},
    Inception{"4e", 256, 160, 320, 32, 128, 128}, Inception{"5a", 256, 160, 320, 32, 128, 128},
    Inception{"5b", 384, 192, 384, 48, 128, 128}};

FeatureMap halve(const FeatureMap& x) { return pool(x, {.kernel = 3, .stride = 2}); }

FeatureMap inception(ZooBuilder& net, const FeatureMap& x, const Inception& m) {
  const std::string prefix = "inception_" + std::string(m.name) + "_";
  net.conv(prefix + "1x1", x, {.K = m.one});
  const FeatureMap three = net.conv(prefix + "3x3_reduce", x, {.K = m.three_reduce});
  net.conv(prefix + "3x3", three, {.K = m.three, .kernel = 3, .pad = 1});
  const FeatureMap five = net.conv(prefix + "5x5_reduce", x, {.K = m.five_reduce});
  net.conv(prefix + "5x5", five, {.K = m.five, .kernel = 5, .pad = 2});
  const FeatureMap pooled = pool(x, {.kernel = 3, .stride = 1, .pad = 1});
  net.conv(prefix + "pool_proj", pooled, {.K = m.pool_proj});
  return {m.one + m.three + m.five + m.pool_proj, x.H, x.W};
}

}  // namespace

std::vector<LayerSpec> googlenet_layers(bool with_fc) {
  ZooBuilder net;
  FeatureMap x{3, 224, 224};
  x = halve(net.conv("conv1_7x7_s2", x, {.K = 64, .kernel = 7, .stride = 2, .pad = 3}));
  x = net.conv("conv2_3x3_reduce", x, {.K = 64});
  x = halve(net.conv("conv2_3x3", x, {.K = 192, .kernel = 3, .pad = 1}));
  for (const Inception& m : kModules) {
    x = inception(net, x, m);
    if (m.name == "3b" || m.name == "4e") x = halve(x);
  }
  if (with_fc) net.fc("loss3_classifier", pool(x, {.kernel = 7, .stride = 1}), 1000, false);
  return net.take();
}

}  // namespace scnn::workloads
