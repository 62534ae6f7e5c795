#include "tools/validation/experiment.hpp"

#include <array>

namespace scnn::cli::validation {
namespace {

constexpr std::array kExperiments{
    Experiment{"table1", "sizes of the networks", no_tasks, table1_figure},
    Experiment{"fig1", "densities, and the work that is left", three_networks, fig1_figure},
    Experiment{"fig9", "speed-up over the dense machine", three_networks, fig9_figure},
    Experiment{"fig10", "multiplier utilisation and idle PEs", two_networks, fig10_figure},
    Experiment{"fig11", "energy as a multiple of the dense machine's", three_networks,
               fig11_figure},
    Experiment{"table3", "the design", no_tasks, table3_figure},
    Experiment{"table4", "area", no_tasks, table4_figure},
    Experiment{"dram", "layers that do not fit on chip", three_networks, dram_figure},
    Experiment{"sweep", "GoogLeNet from density 0.1 to 1.0", sweep_tasks, sweep_figure},
    Experiment{"pes", "granularity of PEs", granularity_tasks, granularity_figure},
    Experiment{"storage", "storage of pruned weights", storage_tasks, storage_figure},
    Experiment{"references", "output memory references of coarse grains", references_tasks,
               references_figure},
};

}  // namespace

std::span<const Experiment> experiments() { return kExperiments; }

Task zoo_task(std::string name, const ZooRun& run) {
  return {.name = std::move(name), .cost = run.cost(), .work = [run] { return run_zoo(run); }};
}

ZooRun published_run(const std::string& network, const Setup& setup) {
  return {.network = network,
          .inception_only = network == "googlenet",
          .density = std::nullopt,
          .arch = {},
          .values = true,
          .seed = setup.seed};
}

std::string published_name(const std::string& network) { return "published " + network; }

std::vector<Task> published_tasks(const std::vector<std::string>& networks, const Setup& setup) {
  std::vector<Task> tasks;
  tasks.reserve(networks.size());
  for (const std::string& network : networks)
    tasks.push_back(zoo_task(published_name(network), published_run(network, setup)));
  return tasks;
}

std::vector<Task> no_tasks(const Setup& /*setup*/) { return {}; }
std::vector<Task> two_networks(const Setup& setup) {
  return published_tasks({"vgg16", "alexnet"}, setup);
}
std::vector<Task> three_networks(const Setup& setup) {
  return published_tasks({"vgg16", "googlenet", "alexnet"}, setup);
}

}  // namespace scnn::cli::validation
