#include "workloads/import/imported_network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "sparse_formats/error.hpp"

namespace scnn::workloads::imports {
namespace {

std::vector<float> read_floats(const hdf5::Dataset& dataset, std::size_t count) {
  std::vector<float> values(count);
  dataset.read(std::span<float>(values));
  const auto bad = std::ranges::find_if(values, [](float v) { return !std::isfinite(v); });
  if (bad != values.end())
    throw InputError(dataset.where(), fmt::format("{} at element {}, expected finite numbers", *bad,
                                                  bad - values.begin()));
  return values;
}

Mask mask_of(Tensor<std::uint8_t> kept) {
  const auto values = kept.values();
  const double share =
      static_cast<double>(std::ranges::count(values, 1)) / static_cast<double>(values.size());
  return {.kept = std::move(kept),
          .granularity = Granularity::fine,
          .density_requested = share,
          .density_achieved = share};
}

}  // namespace

ImportedNetwork::ImportedNetwork(std::unique_ptr<hdf5::InputFile> file, NetworkInfo info, Plan plan)
    : file_(std::move(file)), info_(std::move(info)), plan_(std::move(plan)) {
  for (const PlannedLayer& layer : plan_.layers) specs_.push_back(layer.spec);
}

std::string ImportedNetwork::where(std::size_t index) const {
  std::string where = file_->name() + ":";
  for (const auto& name : planned(index).parameters.kernel)
    where.append("/").append(hdf5::printable(name));
  return where;
}

Layer ImportedNetwork::read(std::size_t index) const {
  const PlannedLayer& planned_layer = planned(index);
  const auto& [kernel, axes, bias, mask] = planned_layer.parameters;
  const KernelShape& shape = planned_layer.shape;
  const Tensor<float>::Shape extent{shape.K, shape.group_C, shape.R, shape.S};
  const auto count = static_cast<std::size_t>(shape.count());
  const hdf5::Group root = file_->root();

  Layer layer;
  layer.spec = specs_.at(index);
  Tensor<float> weights(extent);
  const std::vector<float> stored = read_floats(dataset_at(root, kernel), count);
  for_each_weight(shape, axes, [&weights, &stored](std::size_t i, std::size_t from) {
    weights.values()[i] = stored[from];
  });
  if (!mask.empty()) {
    const std::vector<float> flags = read_floats(dataset_at(root, mask), count);
    Tensor<std::uint8_t> kept(extent);
    for_each_weight(shape, axes, [&](std::size_t i, std::size_t from) {
      kept.values()[i] = flags[from] != 0 ? 1 : 0;
      if (flags[from] == 0) weights.values()[i] = 0;
    });
    layer.mask = mask_of(std::move(kept));
  }
  layer.weights = std::move(weights);
  if (!bias.empty())
    layer.bias = read_floats(dataset_at(root, bias), static_cast<std::size_t>(shape.K));
  if (activations_ && activations_->has(layer.spec)) layer.input = activations_->read(layer.spec);
  return layer;
}

void ImportedNetwork::add_activations(const std::filesystem::path& path) {
  activations_.emplace(path, plan_.layers);
  for (LayerSpec& spec : specs_) spec.has_input = activations_->has(spec);
}

}  // namespace scnn::workloads::imports
