#include "tools/import_options.hpp"

#include <utility>

namespace scnn::cli {

using workloads::imports::Format;
using workloads::imports::ImportedNetwork;

std::unique_ptr<workloads::NetworkSource> open_import(std::string_view option,
                                                      const Arguments& arguments,
                                                      const Console& console) {
  workloads::imports::ImportOptions options;
  const auto format = arguments.choice("format");
  if (format && *format < workloads::imports::format_names().size())
    options.format = static_cast<Format>(*format);
  if (const auto topology = arguments.text("topology")) options.topology = *topology;
  if (const auto activations = arguments.text("activations")) options.activations = *activations;
  for (const std::string& extent : arguments.list("input-shape"))
    options.input_shape.push_back(parse_integer(extent, "--input-shape", 1, 1 << 24));
  auto network = workloads::imports::open_any(arguments.required(option), options);
  if (const auto* imported = dynamic_cast<const ImportedNetwork*>(network.get()))
    for (const std::string& note : imported->notes()) console.note(note);
  return network;
}

std::vector<OptionHelp> import_options() {
  std::vector<std::string_view> formats = workloads::imports::format_names();
  formats.emplace_back("auto");
  return {
      {"format", "F", "layout of the file: auto (default), keras2, keras3, caffe, torch, scnn",
       false, formats},
      {"topology", "FILE",
       "how layers are connected, where the file does not say it: a Keras model as JSON, a list "
       "of layers (docs/import.md), or a deploy prototxt"},
      {"input-shape", "DIMS",
       "extents of the network's input where they are left open, in the framework's order: "
       "224,224,3"},
  };
}

}  // namespace scnn::cli
