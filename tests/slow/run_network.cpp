// Runs a real network to its end, every layer verified against the reference convolution.
//
//   run_network NETWORK ARCH LAYERS [CYCLES...]
//
// ARCH is a file, or `default`; LAYERS how many there must be; CYCLES what their
// compute_cycles must be. Exit 0 as expected, 1 not, 77 the network is absent.

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "sim/architecture_file.hpp"
#include "sim/run.hpp"
#include "workloads/network_file.hpp"

namespace {

using namespace scnn;

int run(const char* network, const std::string& arch_file, std::size_t layers,
        const std::vector<std::uint64_t>& cycles) {
  const auto arch =
      arch_file == "default" ? memory::Architecture{} : sim::read_architecture(arch_file);
  sim::Machine machine(arch, {});
  const auto source = workloads::open_network(network);
  int wrong = 0;
  for (std::size_t i = 0; i < source->layers().size(); ++i) {
    const auto layer = workloads::quantise_layer(source->read(i), arch.weight_bits,
                                                 arch.activation_bits, source->where(i));
    const auto result = machine.run(layer, i == 0);
    const memory::Counters& c = result.counters;
    const bool good = result.verified && c.compute_cycles > 0 &&
                      (i >= cycles.size() || c.compute_cycles == cycles[i]);
    fmt::print("{:<32} {:>9} compute cycles, {} kc, {} tiles, {}\n", result.name, c.compute_cycles,
               result.kc, result.temporal_tiles, good ? "verified" : "WRONG");
    if (!good) ++wrong;
  }
  const std::size_t found = source->layers().size();
  if (found != layers) fmt::print("{} layers, expected {}\n", found, layers);
  return wrong == 0 && found == layers ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  if (!std::filesystem::exists(argv[1])) {
    fmt::print("skipped: {} is absent\n", argv[1]);
    return 77;
  }
  std::vector<std::uint64_t> cycles;
  for (int i = 4; i < argc; ++i) cycles.push_back(std::strtoull(argv[i], nullptr, 10));
  try {
    return run(argv[1], argv[2], std::strtoull(argv[3], nullptr, 10), cycles);
  } catch (const std::exception& e) {
    fmt::print("{}\n", e.what());
    return 1;
  }
}
