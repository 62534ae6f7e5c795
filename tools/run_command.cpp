#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "sim/energy_report.hpp"
#include "sparse_formats/error.hpp"
#include "sparse_formats/instruction_set.hpp"
#include "tools/commands.hpp"
#include "tools/energy_option.hpp"
#include "tools/exit_status.hpp"
#include "tools/host.hpp"
#include "tools/interrupt.hpp"
#include "tools/network_input.hpp"
#include "tools/progress.hpp"
#include "tools/run_options.hpp"
#include "tools/run_summary.hpp"
#include "tools/run_tables.hpp"
#include "tools/trace_option.hpp"
#include "workloads/outputs_file.hpp"

namespace scnn::cli {
namespace {

CommandLine command_line() {
  return {
      .name = "run",
      .usage = "--network NET [options]",
      .about =
          "Runs every layer of a network on the simulated machine, compares its outputs with\n"
          "a reference convolution, bit for bit, and prints cycles. Status 3: they differ.",
      .options = joined({
          network_options(),
          machine_options(),
          result_options(),
          energy_options(),
          {
              {"detail", "",
               "also the activity of every PE, the times of every output-channel "
               "group and the load of every accumulator bank; needs --json"},
              {"outputs", "FILE", "write the output tensors of every layer (HDF5)"},
              {"vcd", "FILE", "write a waveform; needs --engine clocked"},
              {"vcd-modules", "GLOBS",
               "modules to trace, with what is in them: array,pe_0.*; default: all"},
              {"vcd-pe", "LIST", "PEs to trace, row-major from 0: 0,5; default: all"},
              {"vcd-from", "CYCLE", "first cycle to trace, counted over the run; default 0"},
              {"vcd-to", "CYCLE", "last cycle to trace; default: the end"},
          },
          trace_options(),
      }),
      .examples =
          {
              {"scnn run --network alexnet.h5", "on the machine of the SCNN paper"},
              {"scnn run --network alexnet.h5 --arch configs/scnn-strict.json --json strict.json",
               "with limited accumulators; every counter into a file"},
              {"scnn run --network alexnet.h5 --layers conv5 --engine clocked --vcd conv5.vcd "
               "--vcd-pe 0,63 --vcd-to 5000",
               "the first cycles of one layer as a waveform of two PEs"},
              {"scnn run --network alexnet.h5 --layers conv3 --trace conv3.json --trace-window "
               "0:20000",
               "the first cycles of a layer as a timeline for ui.perfetto.dev"},
              {"scnn run --network mine.h5 --activation-density 0.4 --seed 2",
               "a network whose file holds weights only"},
          },
  };
}

sim::VcdOptions vcd_options_of(const Arguments& arguments, sim::Engine engine) {
  constexpr std::int64_t kMost = INT64_MAX;
  sim::VcdOptions vcd;
  vcd.file = arguments.text("vcd").value_or("");
  if (vcd.file.empty()) {
    for (const char* option : {"vcd-modules", "vcd-pe", "vcd-from", "vcd-to"})
      if (arguments.has(option))
        throw InputError(fmt::format("--{}", option), "found without --vcd, expected both");
    return vcd;
  }
  if (engine != sim::Engine::clocked)
    throw InputError("--vcd", "the engine is decoupled, expected --engine clocked for a waveform");
  vcd.modules = arguments.list("vcd-modules");
  for (const std::string& pe : arguments.list("vcd-pe"))
    vcd.pes.push_back(parse_integer(pe, "--vcd-pe", 0, kMost));
  vcd.first_cycle = arguments.integer("vcd-from", 0, kMost).value_or(0);
  vcd.last_cycle = arguments.integer("vcd-to", vcd.first_cycle, kMost).value_or(-1);
  return vcd;
}

/// Appends every finished layer to the file of --outputs.
class OutputsFile {
 public:
  /// \throws OutputError when the file cannot be created
  OutputsFile(const Arguments& arguments, const workloads::NetworkInfo& info) {
    if (const auto path = arguments.text("outputs"))
      writer_ = std::make_unique<workloads::OutputsWriter>(*path, info);
  }
  void attach(sim::RunOptions& options) {
    if (!writer_) return;
    options.on_layer = [this](const sim::LayerResult& layer, const sim::LayerOutput& output) {
      writer_->append(layer.name, output.accumulated, output.output);
    };
  }
  void commit() {
    if (writer_) writer_->commit();
  }

 private:
  std::unique_ptr<workloads::OutputsWriter> writer_;
};

struct RunLayers {
  std::vector<sim::LayerResult> results;
  std::string trace;  ///< what there is to say of the timeline
  pe::StepPaths steps;
};

RunLayers run_layers(const RunnableNetwork& network, const memory::Architecture& arch,
                     const sim::RunOptions& options, const Console& console) {
  sim::Machine machine(arch, options);
  Progress progress(console, "running", network.costs());
  std::vector<sim::LayerResult> results;
  for (const std::size_t i : network.chosen()) {
    check_interrupt();
    progress.step(network.source().layers()[i].name);
    const auto layer = workloads::quantise_layer(network.read(i), arch.weight_bits,
                                                 arch.activation_bits, network.source().where(i));
    results.push_back(machine.run(layer, i == 0));
    progress.counted(static_cast<double>(results.back().counters.products));
  }
  check_interrupt();
  machine.finish();
  std::string trace;
  if (!options.trace.file.empty()) trace = trace_text(options.trace.file, machine.trace_summary());
  return {std::move(results), std::move(trace), machine.step_paths()};
}

std::string energy_text(const sim::RunResult& result, const Layout& layout) {
  std::vector<std::pair<std::string, sim::EnergyComparison>> lines;
  for (const sim::LayerResult& layer : result.layers)
    lines.emplace_back(layer.name, sim::layer_energy(result, layer));
  lines.emplace_back("total", sim::total_energy(result));
  return energy_table(lines, layout);
}

void print(const sim::RunResult& result, const Console& console) {
  const auto lines = run_lines(result.layers);
  console.out << fmt::format("{}\n{}\n{} engine, {}\n\n", result.network.info.name,
                             machine_text(result.architecture), result.host.engine,
                             result.host.verified ? "all values verified" : "values not verified")
              << timing_table(lines, console.layout()) << '\n'
              << activity_table(lines, console.layout());
  if (result.energy) console.out << '\n' << energy_text(result, console.layout());
  console.out << '\n' << run_summary(lines, result.architecture, console.layout());
}

}  // namespace

int run_command(const Words& words, Console& console) {
  const auto arguments = parse(command_line(), words, console);
  if (!arguments) return kDone;
  const HostClock clock;
  sim::RunResult result;
  result.architecture = architecture_of(*arguments);
  result.energy = energy_of(*arguments);
  sim::RunOptions options = run_options_of(*arguments);
  options.vcd = vcd_options_of(*arguments, options.engine);
  options.detail = arguments->has("detail");
  if (options.detail && !arguments->has("json"))
    throw InputError("--detail", "found without --json, expected both");
  const RunnableNetwork network(*arguments);
  options.trace = trace_options_of(*arguments, network.source().info().name);
  ResultFiles files(*arguments);
  OutputsFile outputs(*arguments, network.source().info());
  outputs.attach(options);
  note_inputs(network, *arguments, console);

  RunLayers run = run_layers(network, result.architecture, options, console);
  result.layers = std::move(run.results);

  result.network = network.facts();
  result.provenance = network.provenance();
  result.host = clock.info("run", words);
  result.host.engine = name_of(options.engine);
  result.host.threads = options.threads;
  result.host.verified = options.verify;
  result.host.instruction_set = instruction_set();
  result.host.steps = run.steps;
  if (files.wants_json()) files.write_json(sim::json_text(sim::to_json(result)));
  if (files.wants_csv()) files.write_csv(sim::csv_text(result));
  outputs.commit();
  files.commit();
  if (!run.trace.empty()) console.note(run.trace);
  print(result, console);
  return kDone;
}

}  // namespace scnn::cli
