#include <fmt/format.h>

#include <ostream>

#include "tools/info_files.hpp"
#include "tools/interrupt.hpp"
#include "tools/layer_table.hpp"
#include "tools/numbers.hpp"
#include "tools/progress.hpp"
#include "tools/table.hpp"
#include "workloads/encoded_file.hpp"
#include "workloads/file_root.hpp"
#include "workloads/hdf5.hpp"

namespace scnn::cli {
namespace {

/// `name: value`, where there is a value.
std::string line(const char* name, const std::string& value) {
  return value.empty() ? "" : fmt::format("{:<9}{}\n", std::string(name) + ":", value);
}

std::vector<LayerLine> describe_layers(const workloads::NetworkSource& network,
                                       const Console& console) {
  std::vector<double> costs;
  for (const auto& spec : network.layers())
    costs.push_back(static_cast<double>(spec.shape.weight_count() + spec.shape.input_count()));
  Progress progress(console, "reading", costs);
  std::vector<LayerLine> lines;
  for (std::size_t i = 0; i < network.layers().size(); ++i) {
    check_interrupt();
    progress.step(network.layers()[i].name);
    lines.push_back(describe(network.read(i)));
  }
  return lines;
}

}  // namespace

void print_network(const std::filesystem::path& path, const Console& console) {
  const auto network = workloads::open_network(path);
  const bool encoded = dynamic_cast<const workloads::EncodedNetwork*>(network.get()) != nullptr;
  const auto& info = network->info();
  const auto lines = describe_layers(*network, console);
  console.out << line("file", fmt::format("{} network, {}, {} layers", encoded ? "encoded" : "scnn",
                                          bytes_text(std::filesystem::file_size(path)),
                                          network->layers().size()))
              << line("name", info.name) << line("source", info.source)
              << line("license", info.license)
              << line("seed", info.seed ? std::to_string(*info.seed) : "")
              << line("SHA-256", network->sha256()) << '\n'
              << layer_table(lines, console.layout());
}

void print_outputs(const std::filesystem::path& path, const Console& console) {
  const workloads::hdf5::InputFile file(path);
  const auto layers = file.root().group("layers");
  std::vector<std::string> names, shapes;
  for (const auto& member : layers.members()) {
    const auto dataset = layers.group(member.name).dataset("accumulated");
    names.push_back(member.name);
    shapes.push_back(workloads::hdf5::shape_text(dataset.dims()));
  }
  console.out << line("file",
                      fmt::format("outputs of a run, {}, {} layers",
                                  bytes_text(std::filesystem::file_size(path)), names.size()))
              << '\n'
              << Table().text("layer", names).cells("[K][Ho][Wo]", shapes).str(console.layout());
}

}  // namespace scnn::cli
