#include "tools/validation/zoo_run.hpp"

#include <nlohmann/json.hpp>

#include "sim/result.hpp"
#include "sim/run.hpp"
#include "tools/interrupt.hpp"
#include "workloads/json_input.hpp"
#include "workloads/json_place.hpp"

namespace scnn::cli::validation {

workloads::ZooOptions ZooRun::zoo_options() const {
  workloads::ZooOptions options;
  options.seed = seed;
  options.inception_only = inception_only;
  options.activation_density = density;
  options.weight_density = [density = density](const workloads::LayerSpec& spec) {
    return density ? density : spec.density_published;
  };
  return options;
}

std::vector<workloads::LayerSpec> ZooRun::layers() const {
  return workloads::zoo_layers(network, zoo_options());
}

double ZooRun::cost() const {
  double multiplies = 0.0;
  for (const auto& layer : layers()) multiplies += static_cast<double>(layer.shape.multiplies());
  return multiplies * density.value_or(0.4) * (values ? 3.0 : 1.0);
}

std::string run_zoo(const ZooRun& run) {
  const auto network = workloads::make_zoo(run.network, run.zoo_options());
  sim::RunOptions options;
  options.values = run.values;
  options.verify = false;
  options.threads = 1;  // children fill the cores
  options.stop = &stop_signal();
  sim::Machine machine(run.arch, options);
  std::vector<sim::LayerResult> results;
  nlohmann::ordered_json layers = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < network->layers().size(); ++i) {
    const auto layer = workloads::quantise_layer(network->read(i), run.arch.weight_bits,
                                                 run.arch.activation_bits, network->where(i));
    results.push_back(machine.run(layer, i == 0));
    layers.push_back(sim::to_json(results.back()));
  }
  machine.finish();
  nlohmann::ordered_json object{{"layers", std::move(layers)}};
  object["total"]["counters"] = sim::to_json(sim::total_of(results));
  return sim::json_text(object);
}

sim::StoredResult read_zoo_run(const std::string& text) {
  sim::StoredResult result;
  sim::read_layers(workloads::parse_json(text, "result"), {.file = "result", .pointer = {}},
                   result);
  return result;
}

}  // namespace scnn::cli::validation
