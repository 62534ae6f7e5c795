#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "sparse_formats/error.hpp"
#include "workloads/import/flat_weights.hpp"
#include "workloads/import/imported_network.hpp"
#include "workloads/import/keras2_weights.hpp"
#include "workloads/import/keras3_weights.hpp"
#include "workloads/import/keras_model.hpp"
#include "workloads/import/topology.hpp"
#include "workloads/json_input.hpp"
#include "workloads/trial_run.hpp"

namespace scnn::workloads::imports {
namespace {

constexpr std::array<std::string_view, 5> kTitles{"Keras 2", "Keras 3", "Caffe", "PyTorch", "scnn"};

Format format_of(const hdf5::Group& root) {
  if (root.has_attribute("format")) return Format::scnn;
  if (root.has("model_weights") || root.has_attribute("layer_names") ||
      root.has_attribute("layer_names0"))
    return Format::keras2;
  if (!keras3_container(root).empty()) return Format::keras3;
  if (looks_like_torch(root)) return Format::torch;
  if (root.has("data")) return Format::caffe;
  throw InputError(root.where(),
                   "is of no layout that is known, expected Keras 2 (/model_weights, or an "
                   "attribute layer_names), Keras 3 (/layers), Caffe (/data), PyTorch (datasets "
                   "NAME.weight) or a file of scnn (an attribute format)");
}

/// The description inside a Keras 2 file.
std::optional<Graph> graph_inside(const hdf5::Group& root, Format format) {
  if (format != Format::keras2 || !root.has_attribute("model_config")) return std::nullopt;
  const std::string where = root.where() + "@model_config";
  return read_keras_model(parse_json(root.raw_text("model_config"), where),
                          {.file = where, .pointer = {}});
}

Graph graph_of(const hdf5::Group& root, Format format, const ImportOptions& options) {
  std::optional<Graph> graph;
  if (options.topology)
    graph = read_topology(*options.topology);
  else
    graph = graph_inside(root, format);
  if (!graph)
    throw InputError("--topology",
                     fmt::format("is missing, expected it: {} holds weights of {} alone, not how "
                                 "layers are connected",
                                 root.where().substr(0, root.where().rfind(':')),
                                 kTitles.at(static_cast<std::size_t>(format))));
  if (!options.input_shape.empty()) set_input_shape(*graph, options.input_shape);
  return std::move(*graph);
}

std::unique_ptr<WeightStore> weights_of(const hdf5::Group& root, Format format) {
  switch (format) {
    case Format::keras3:
      return std::make_unique<Keras3Weights>(root);
    case Format::caffe:
      return std::make_unique<CaffeWeights>(root);
    case Format::torch:
      return std::make_unique<TorchWeights>(root);
    default:
      return std::make_unique<Keras2Weights>(root);
  }
}

std::string source_text(const hdf5::Group& root, Format format, const std::filesystem::path& path) {
  std::string text = fmt::format("{}, a file of {}", hdf5::printable_path(path.filename()),
                                 kTitles.at(static_cast<std::size_t>(format)));
  if (format == Format::keras2 && root.has_attribute("keras_version"))
    text += " (" + hdf5::printable(root.raw_text("keras_version")) + ")";
  return text;
}

void refuse_archives(const std::filesystem::path& path) {
  std::string start(4, '\0');
  std::ifstream(path, std::ios::binary).read(start.data(), 4);
  if (start == "PK\x03\x04")
    throw InputError(hdf5::printable_path(path),
                     "is a zip archive, expected HDF5 (of a .keras archive, model.weights.h5 with "
                     "config.json as --topology)");
}

std::unique_ptr<ImportedNetwork> open_here(const std::filesystem::path& path,
                                           const ImportOptions& options) {
  auto file = std::make_unique<hdf5::InputFile>(path);
  const hdf5::Group root = file->root();
  const Format format = options.format ? *options.format : format_of(root);
  const Graph graph = graph_of(root, format, options);
  Plan plan = plan_layers(graph, *weights_of(root, format), root);
  NetworkInfo info;
  info.name = hdf5::printable(graph.name.empty() ? path.stem().string() : graph.name);
  info.source = source_text(root, format, path);
  return std::make_unique<ImportedNetwork>(std::move(file), std::move(info), std::move(plan));
}

/// The format, asked for where the HDF5 library may crash on a damaged file.
Format detect(const std::filesystem::path& path) {
  const auto ask = [&path] {
    const hdf5::InputFile file(path);
    return format_of(file.root());
  };
  try_in_child([&ask] { (void)ask(); }, hdf5::printable_path(path));
  return ask();
}

}  // namespace

const std::vector<std::string_view>& format_names() {
  static const std::vector<std::string_view> kNames{"keras2", "keras3", "caffe", "torch", "scnn"};
  return kNames;
}

std::unique_ptr<NetworkSource> open_any(const std::filesystem::path& path,
                                        const ImportOptions& options) {
  refuse_archives(path);
  const Format format = options.format ? *options.format : detect(path);
  if (format == Format::scnn) {
    for (const auto& [option, has] : {std::pair{"--topology", options.topology.has_value()},
                                      std::pair{"--activations", options.activations.has_value()},
                                      std::pair{"--input-shape", !options.input_shape.empty()}})
      if (has)
        throw InputError(option, fmt::format("is given, but {} describes its layers itself",
                                             hdf5::printable_path(path)));
    return open_network(path);
  }
  try_in_child([&] { (void)open_here(path, options); }, hdf5::printable_path(path));
  auto network = open_here(path, options);
  if (options.activations) network->add_activations(*options.activations);
  return network;
}

}  // namespace scnn::workloads::imports
