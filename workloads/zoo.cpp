#include "workloads/zoo.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "sparse_formats/error.hpp"
#include "workloads/zoo_densities.hpp"
#include "workloads/zoo_tables.hpp"
#include "workloads/zoo_tensors.hpp"

namespace scnn::workloads {
namespace {

struct Entry {
  std::string_view name;
  std::vector<LayerSpec> (*layers)(bool with_fc);
};
constexpr std::array kZoo{Entry{"alexnet", alexnet_layers}, Entry{"vgg16", vgg16_layers},
                          Entry{"googlenet", googlenet_layers}, Entry{"resnet50", resnet50_layers},
                          Entry{"densenet121", densenet121_layers}};

const Entry& find_entry(std::string_view name) {
  std::string known;
  for (const Entry& entry : kZoo) {
    if (entry.name == name) return entry;
    known += known.empty() ? "" : ", ";
    known += entry.name;
  }
  throw InputError("zoo", fmt::format("there is no network '{}', expected one of {}", name, known));
}

std::string place(std::string_view network, std::string_view layer) {
  return fmt::format("zoo {}:/layers/{}", network, layer);
}

/// Density to prune a layer to; nothing where it stays dense.
std::optional<double> pruning_density(const ZooOptions& options, const LayerSpec& spec) {
  if (!options.weight_density) return std::nullopt;
  const auto density = options.weight_density(spec);
  return density == 1.0 ? std::nullopt : density;
}

/// Makes each layer when it is read, from its name and the seed alone.
class ZooSource final : public NetworkSource {
 public:
  ZooSource(std::string_view name, ZooOptions options)
      : options_(std::move(options)), layers_(zoo_layers(name, options_)) {
    info_.name = name;
    info_.source = "scnn zoo: exact layer table, seeded synthetic weights and activations";
    info_.seed = options_.seed;
    if (options_.activation_density)
      require_density(*options_.activation_density, "activation density",
                      fmt::format("zoo {}", name));
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      pruned_to_.push_back(pruning_density(options_, layers_[i]));
      layers_[i].has_input = true;
      if (!pruned_to_.back()) continue;
      require_density(*pruned_to_.back(), "weight density", where(i));
      layers_[i].granularity = Granularity::fine;
    }
  }

  const NetworkInfo& info() const override { return info_; }
  const std::vector<LayerSpec>& layers() const override { return layers_; }
  std::string where(std::size_t index) const override {
    return place(info_.name, layers_.at(index).name);
  }

  Layer read(std::size_t index) const override {
    const LayerSpec& spec = layers_.at(index);
    Layer layer;
    layer.spec = spec;
    auto weights = synthesise_weights(info_.name, spec, options_.seed);
    if (pruned_to_[index]) layer.mask = prune_by_magnitude(weights, *pruned_to_[index]);
    layer.weights = std::move(weights);
    const double density = options_.activation_density.value_or(spec.input_density.value_or(1.0));
    layer.input =
        synthesise_input_of(info_.name, spec, density, options_.seed, options_.activation_model);
    return layer;
  }

 private:
  ZooOptions options_;
  NetworkInfo info_;
  std::vector<LayerSpec> layers_;
  std::vector<std::optional<double>> pruned_to_;
};

}  // namespace

const std::vector<std::string_view>& zoo_names() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all(kZoo.size());
    std::ranges::transform(kZoo, all.begin(), &Entry::name);
    return all;
  }();
  return names;
}

std::vector<LayerSpec> zoo_layers(std::string_view name, const ZooOptions& options) {
  const Entry& entry = find_entry(name);
  if (options.inception_only && name != "googlenet")
    throw InputError("zoo", fmt::format("network '{}' has no inception modules, expected "
                                        "googlenet when only they are wanted",
                                        name));
  auto layers = entry.layers(options.with_fc);
  fill_densities(name, layers);
  if (options.inception_only)
    std::erase_if(layers, [](const LayerSpec& layer) {
      return layer.kind == LayerKind::conv && !layer.name.starts_with("inception_");
    });
  return layers;
}

std::unique_ptr<NetworkSource> make_zoo(std::string_view name, ZooOptions options) {
  return std::make_unique<ZooSource>(name, std::move(options));
}

Tensor<float> synthesise_input(const LayerSpec& spec, double density, std::int64_t seed,
                               ActivationModel model) {
  return synthesise_input_of("", spec, density, seed, model);
}

}  // namespace scnn::workloads
