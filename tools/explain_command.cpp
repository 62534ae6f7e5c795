#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <ostream>

#include "sim/architecture_file.hpp"
#include "sim/result.hpp"
#include "sparse_formats/error.hpp"
#include "tools/commands.hpp"
#include "tools/exit_status.hpp"
#include "tools/explanation.hpp"
#include "tools/host.hpp"
#include "tools/interrupt.hpp"
#include "tools/network_input.hpp"
#include "tools/progress.hpp"
#include "tools/run_options.hpp"

namespace scnn::cli {
namespace {

constexpr const char* kExplainSchema = "scnn-explain/1";

CommandLine command_line() {
  return {
      .name = "explain",
      .usage = "--network NET --layer NAME [options]",
      .about =
          "Says how a layer lies on the machine and what fits where, runs it, and puts the\n"
          "cycles it takes beside those it cannot be below: what limits it, and where the\n"
          "rest of its time goes.",
      .options =
          {
              {"network", "NET", "network or encoded file (HDF5)"},
              {"layer", "NAME", "the layer"},
              {"arch", "ARCH", "architecture file (JSON); default: the machine of SCNN, ISCA 2017"},
              {"activation-density", "D",
               "density, above 0, at most 1, of the input, if the file holds none; default: the "
               "layer's attribute input_density"},
              {"seed", "N", "seed of an input that is made; default: the network's seed, or 1"},
              {"threads", "N", "threads to use; default: all cores"},
              {"json", "FILE", "write every number as JSON"},
          },
      .examples =
          {
              {"scnn explain --network alexnet.h5 --layer conv2", "on the machine of the paper"},
              {"scnn explain --network alexnet.h5 --layer conv1 --arch configs/scnn-strict.json",
               "with limited accumulators"},
          },
  };
}

/// The request, of a layer that is there.
NetworkRequest request_of(const Arguments& arguments) {
  NetworkRequest request;
  request.file = arguments.required("network");
  const std::string name = arguments.required("layer");
  request.activation_density = arguments.density("activation-density");
  request.seed = arguments.integer("seed", std::numeric_limits<std::int64_t>::min(),
                                   std::numeric_limits<std::int64_t>::max());
  const auto network = request.open();
  Words names;
  for (const workloads::LayerSpec& layer : network->layers()) names.push_back(layer.name);
  if (std::ranges::find(names, name) == names.end())
    throw InputError("--layer", fmt::format("found \"{}\", expected a layer of network \"{}\": {}",
                                            name, network->info().name, fmt::join(names, ", ")));
  request.layers = {name};
  return request;
}

Explained explain(const RunnableNetwork& network, const memory::Architecture& arch, int threads,
                  const Console& console) {
  // Walking every step for the bounds takes about as long as four runs do.
  Progress progress(console, "explaining", {4.0, 1.0});
  Explained layer;
  layer.architecture = arch;
  const std::size_t index = network.chosen().front();
  layer.first = index == 0;
  const std::string& name = network.source().layers()[index].name;
  progress.step(name + ", bounds");
  const auto tensors = workloads::quantise_layer(
      network.read(index), arch.weight_bits, arch.activation_bits, network.source().where(index));
  layer.analysis = sim::analyse(tensors, arch, threads, &stop_signal());
  progress.step(name + ", run");
  sim::RunOptions options;
  options.verify = false;  // values are needed to know what the OARAMs hold
  options.threads = threads;
  options.stop = &stop_signal();
  sim::Machine machine(arch, options);
  layer.result = machine.run(tensors, layer.first);
  machine.finish();
  return layer;
}

std::string json_of(const RunnableNetwork& network, const Explained& layer,
                    const sim::HostInfo& host) {
  nlohmann::ordered_json object{{"schema", kExplainSchema}};
  object["network"] = to_json(network.facts());
  object["architecture"] = sim::to_json(layer.architecture);
  object["provenance"] = to_json(network.provenance());
  nlohmann::ordered_json facts = sim::to_json(layer.result);
  facts.erase("counters");
  object["layer"] = std::move(facts);
  object.update(to_json(layer));
  object["host"] = to_json(host);
  return sim::json_text(object);
}

}  // namespace

int explain_command(const Words& words, Console& console) {
  const auto arguments = parse(command_line(), words, console);
  if (!arguments) return kDone;
  const HostClock clock;
  const memory::Architecture arch = architecture_of(*arguments);
  const int threads = thread_count(*arguments);
  const RunnableNetwork network(request_of(*arguments));
  ResultFiles files(*arguments);
  note_inputs(network, *arguments, console);
  const Explained layer = explain(network, arch, threads, console);
  sim::HostInfo host = clock.info("explain", words);
  host.engine = name_of(sim::Engine::decoupled);
  host.threads = threads;
  if (files.wants_json()) files.write_json(json_of(network, layer, host));
  files.commit();
  console.out << fmt::format("{}, layer {}\n{}\n\n", network.source().info().name,
                             layer.result.name, machine_text(arch))
              << explanation_text(layer, console.layout());
  return kDone;
}

}  // namespace scnn::cli
