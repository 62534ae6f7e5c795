#include "bench/workload.hpp"

#include <array>

#include "sparse_formats/error.hpp"
#include "workloads/zoo.hpp"

namespace scnn::bench {
namespace {

constexpr std::array kZooWorkloads{
    ZooWorkload{"smoke", "googlenet", "inception_3a_5x5_reduce", .3, .4, false},
    ZooWorkload{"googlenet_3a_3x3", "googlenet", "inception_3a_3x3", .3, .4},
    ZooWorkload{"alexnet_conv3", "alexnet", "conv3", .3, .4},
    ZooWorkload{"vgg16_conv4_2", "vgg16", "conv4_2", .3, .4},
    ZooWorkload{"vgg16_conv3_2", "vgg16", "conv3_2", .3, .4},
    ZooWorkload{"alexnet", "alexnet", ""},
    ZooWorkload{"resnet50", "resnet50", ""},
    ZooWorkload{"vgg16", "vgg16", ""}};

std::unique_ptr<workloads::NetworkSource> open(const ZooWorkload& workload) {
  workloads::ZooOptions options;
  if (workload.weight_density > 0) {
    options.weight_density = [density = workload.weight_density](const workloads::LayerSpec&) {
      return density;
    };
    options.activation_density = workload.activation_density;
  } else {
    options.weight_density = [](const workloads::LayerSpec& s) { return s.density_published; };
  }
  return workloads::make_zoo(workload.network, options);
}

const ZooWorkload& find(const std::string& name) {
  for (const ZooWorkload& workload : kZooWorkloads)
    if (workload.name == name) return workload;
  throw InputError(name, "no such workload; expected a name of the list or a .h5 file");
}

}  // namespace

std::span<const ZooWorkload> zoo_workloads() { return kZooWorkloads; }

Workload::Workload(const std::string& name) {
  std::string_view only;
  if (name.ends_with(".h5")) {
    source_ = workloads::open_network(name);
  } else {
    const ZooWorkload& workload = find(name);
    source_ = open(workload);
    only = workload.layer;
  }
  const auto& specs = source_->layers();
  for (std::size_t i = 0; i < specs.size(); ++i)
    if (only.empty() || specs[i].name == only) layers_.push_back(i);
}

workloads::QuantisedLayer Workload::quantised(std::size_t i) const {
  const std::size_t index = layers_[i];
  return workloads::quantise_layer(source_->read(index), 16, 16, source_->where(index));
}

}  // namespace scnn::bench
