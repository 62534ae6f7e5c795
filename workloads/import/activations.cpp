#include "workloads/import/activations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sparse_formats/error.hpp"
#include "workloads/layer_tensors.hpp"
#include "workloads/trial_run.hpp"

namespace scnn::workloads::imports {
namespace {

using hdf5::Element;

hdf5::InputFile open_safely(const std::filesystem::path& path) {
  try_in_child(
      [&path] {
        const hdf5::InputFile file(path);
        for (const auto& member : file.root().members())
          if (member.kind == hdf5::MemberKind::dataset)
            (void)file.root().dataset(member.name).attribute_names();
      },
      hdf5::printable_path(path));
  return hdf5::InputFile(path);
}

}  // namespace

ActivationsFile::ActivationsFile(const std::filesystem::path& path,
                                 std::span<const PlannedLayer> layers)
    : file_(open_safely(path)) {
  const hdf5::Group root = file_.root();
  for (const auto& member : root.members()) {
    const auto layer =
        std::ranges::find(layers, member.name, [](const PlannedLayer& l) { return l.spec.name; });
    if (layer == layers.end())
      throw InputError(root.where_of(member.name),
                       "is the name of no layer, expected the inputs of the network's layers");
    const LayerShape& s = layer->spec.shape;
    const hdf5::Dataset dataset = root.dataset(member.name);
    dataset.check_local();
    const std::array types{Element::float32, Element::int16};
    if (layer->spec.kind == LayerKind::fc && dataset.dims().size() == 1)
      check_values(dataset, types, {s.C}, "[C]");
    else
      check_values(dataset, types, {s.C, s.H, s.W}, "[C][H][W]");
  }
}

bool ActivationsFile::has(const LayerSpec& spec) const { return file_.root().has(spec.name); }

ValueTensor ActivationsFile::read(const LayerSpec& spec) const {
  const LayerShape& s = spec.shape;
  return read_values(file_.root().dataset(spec.name), {1, s.C, s.H, s.W}, 3);
}

}  // namespace scnn::workloads::imports
