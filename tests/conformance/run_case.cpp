// Runs one network on one architecture and compares every counter with a file of
// expected ones. A process per case: SystemC elaborates once.
//
//   run_case ENGINE NETWORK EXPECTED [ARCH [TARGET]]   exit 0 equal, 1 different, 77 absent
//   run_case targets                    prints the instruction sets of the step kernel

#include <fmt/format.h>

#include <filesystem>
#include <iostream>

#include "sim/architecture_file.hpp"
#include "sim/run.hpp"
#include "sparse_formats/instruction_set.hpp"
#include "workloads/json_input.hpp"
#include "workloads/network_file.hpp"

namespace {

using namespace scnn;

int differences(const nlohmann::ordered_json& expected, const sim::LayerResult& found) {
  int count = 0;
  auto differs = [&](const std::string& name, std::int64_t want, std::int64_t got) {
    if (want == got) return;
    ++count;
    fmt::print("{}: {} is {}, expected {}\n", found.name, name, got, want);
  };
  differs("kc", expected.at("kc"), found.kc);
  differs("temporal_tiles", expected.at("temporal_tiles"), found.temporal_tiles);
  const auto& counters = expected.at("counters");
  for (const auto& info : memory::counter_table())
    if (counters.contains(info.name))
      differs(std::string(info.name), counters.at(std::string(info.name)),
              static_cast<std::int64_t>(found.counters.*info.member));
    else
      fmt::print("{}: expected file has no {}\n", found.name, info.name);
  return count;
}

int run(const std::string& engine, const char* network, const char* expected_file,
        const char* arch_file) {
  const auto expected = workloads::read_json_file(expected_file);
  const auto arch = arch_file ? sim::read_architecture(arch_file) : memory::Architecture{};
  sim::RunOptions options;
  options.engine = engine == "clocked" ? sim::Engine::clocked : sim::Engine::decoupled;
  sim::Machine machine(arch, options);
  const auto source = workloads::open_network(network);
  int count = 0;
  std::size_t compared = 0;
  for (std::size_t i = 0; i < source->layers().size(); ++i) {
    const auto layer = workloads::quantise_layer(source->read(i), arch.weight_bits,
                                                 arch.activation_bits, source->where(i));
    const auto result = machine.run(layer, i == 0);
    for (const auto& e : expected.at("layers"))
      if (e.at("name") == result.name) {
        count += differences(e, result);
        ++compared;
      }
  }
  if (compared != expected.at("layers").size()) {
    fmt::print("{} layers compared, expected {}\n", compared, expected.at("layers").size());
    ++count;
  }
  return count == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string(argv[1]) == "targets") {
    for (const auto& name : instruction_sets()) fmt::print("{}\n", name);
    return 0;
  }
  if (argc < 4) return 2;
  if (argc > 5) force_instruction_set(argv[5]);
  if (!std::filesystem::exists(argv[2])) {
    fmt::print("skipped: {} is absent\n", argv[2]);
    return 77;
  }
  try {
    return run(argv[1], argv[2], argv[3], argc > 4 ? argv[4] : nullptr);
  } catch (const std::exception& e) {
    fmt::print("{}\n", e.what());
    return 1;
  }
}
