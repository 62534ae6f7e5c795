#include "tools/write_network.hpp"

#include "tools/interrupt.hpp"
#include "tools/progress.hpp"

namespace scnn::cli {

std::vector<LayerLine> write_network(const workloads::NetworkSource& network,
                                     const std::string& path, std::string_view verb,
                                     const Console& console) {
  std::vector<double> costs;
  for (const auto& spec : network.layers())
    costs.push_back(static_cast<double>(spec.shape.weight_count() + spec.shape.input_count()));
  Progress progress(console, std::string(verb), costs);
  workloads::NetworkWriter writer(path, network.info());
  std::vector<LayerLine> lines;
  for (std::size_t i = 0; i < network.layers().size(); ++i) {
    check_interrupt();
    progress.step(network.layers()[i].name);
    const workloads::Layer layer = network.read(i);
    writer.append(layer);
    lines.push_back(describe(layer));
  }
  check_interrupt();
  writer.commit();
  return lines;
}

}  // namespace scnn::cli
