#include "tools/accuracy/command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <ostream>

#include "sparse_formats/error.hpp"
#include "tools/accuracy/report_text.hpp"
#include "tools/accuracy/result_files.hpp"
#include "tools/accuracy/runs.hpp"
#include "tools/energy_option.hpp"
#include "tools/exit_status.hpp"
#include "tools/granularity_option.hpp"
#include "tools/host.hpp"
#include "tools/interrupt.hpp"
#include "tools/network_input.hpp"
#include "tools/numbers.hpp"
#include "tools/progress.hpp"
#include "tools/run_options.hpp"
#include "workloads/hdf5.hpp"

namespace scnn::cli::accuracy {
namespace {

const Words kUsualLosses{"0.5", "1"};  // points of accuracy

std::vector<double> losses_of(const Arguments& arguments) {
  constexpr double kMostPoints = 100.0;
  const Words words =
      arguments.has("accuracy-loss") ? arguments.list("accuracy-loss") : kUsualLosses;
  std::vector<double> losses;
  for (const std::string& word : words) {
    const auto loss = parse_real(word);
    const bool again = loss && std::ranges::find(losses, *loss) != losses.end();
    if (!loss || !(*loss >= 0.0 && *loss < kMostPoints) || again)
      throw InputError("--accuracy-loss",
                       fmt::format("found \"{}\"{}, expected points of accuracy from 0, separated "
                                   "by commas",
                                   word, again ? " twice" : ""));
    losses.push_back(*loss);
  }
  return losses;
}

NetworkRequest request_of(const Arguments& arguments) {
  NetworkRequest request;
  request.file = arguments.text("network").value_or("");
  request.layers = arguments.all("layers");
  request.activation_density = arguments.density("activation-density");
  request.seed = arguments.integer("seed", std::numeric_limits<std::int64_t>::min(),
                                   std::numeric_limits<std::int64_t>::max());
  return request;
}

/// The points of the logs at the granularities that were asked for.
Points chosen_points(const Arguments& arguments, Joined& joined) {
  const Words names = arguments.all("accuracy");
  std::vector<std::filesystem::path> files(names.begin(), names.end());
  const Log log = read_logs(files);
  joined.name = log.network;
  joined.data = log.data;
  for (const auto& file : files)
    joined.logs.push_back(workloads::hdf5::printable_path(file.filename()));
  Points points = points_of(log, names.front());
  const auto wanted = granularities_of(arguments);
  std::erase_if(points.pruned, [&wanted](const Point& point) {
    return std::ranges::find(wanted, point.granularity) == wanted.end();
  });
  if (points.pruned.empty())
    throw InputError("--granularity", "the logs have no point of it, expected another");
  return points;
}

void run_all(std::vector<Work>& work, const Joined& joined, const sim::RunOptions& options,
             const Console& console) {
  std::vector<double> costs;
  for (const Work& one : work) {
    const auto layers = one.network->costs();
    costs.insert(costs.end(), layers.begin(), layers.end());
  }
  sim::Machine machine(joined.architecture, options);
  Runner runner(machine, joined.architecture, joined.energy);
  Progress progress(console, "comparing", costs);
  for (Work& one : work) {
    RanNetwork ran{.file = one.network->facts().file,
                   .sha256 = one.network->source().sha256(),
                   .pruned_here = one.pruned_here};
    for (const std::size_t layer : one.network->chosen()) {
      check_interrupt();
      progress.step(fmt::format("{} {} {}", scnn::name_of(one.granularity), ran.file,
                                one.network->source().layers()[layer].name));
      const auto before = ran.counts.counters.products;
      runner.run_layer(ran, one, layer);
      progress.counted(static_cast<double>(ran.counts.counters.products - before));
    }
    for (JoinedSeed* seed : one.seeds) seed->network = ran;
    one.network.reset();  // its file is closed with the last that needs it
  }
  check_interrupt();
}

void note_pruned_here(const std::vector<Work>& work, const Console& console) {
  const auto here = std::ranges::count_if(work, &Work::pruned_here);
  if (here > 0)
    console.note(fmt::format("{} without an exported network: --network is pruned to the density",
                             counted(static_cast<std::size_t>(here), "point")));
}

}  // namespace

std::vector<OptionHelp> options() {
  return {
      {"accuracy", "LOG...",
       "logs of accuracies: join them with what their networks cost (docs/formats.md)", true},
      {"accuracy-loss", "LIST",
       "with --accuracy: points below the dense accuracy at which granularities are compared; "
       "default: 0.5,1"},
      {"energy", "FILE",
       "with --accuracy: energies too; a file of event energies, or `default` for "
       "configs/energy-45nm.json"},
  };
}

void refuse_without_logs(const Arguments& arguments) {
  for (const std::string_view name : {"accuracy-loss", "energy"})
    if (arguments.has(name))
      throw InputError(fmt::format("--{}", name), "found without --accuracy, expected both");
}

int compare(const Arguments& arguments, const Words& words, Console& console) {
  const HostClock clock;
  arguments.not_both("accuracy", "density");
  arguments.not_both("accuracy", "densities");
  Joined joined;
  joined.architecture = compared_architecture(arguments);
  joined.energy = energy_of(arguments);
  const std::vector<double> losses = losses_of(arguments);
  const sim::RunOptions run_options = run_options_of(arguments);
  const Points points = chosen_points(arguments, joined);
  std::vector<Work> work = plan_work(joined, points, request_of(arguments));
  ResultFiles files(arguments);
  note_pruned_here(work, console);
  const auto reference = work.front().network;
  note_inputs(*reference, arguments, console);

  run_all(work, joined, run_options, console);

  add_equal_accuracies(joined, losses);
  joined.network = reference->facts();
  joined.provenance = reference->provenance();
  joined.host = clock.info("compare", words);
  joined.host.engine = cli::name_of(run_options.engine);
  joined.host.threads = run_options.threads;
  joined.host.verified = run_options.verify;
  if (files.wants_json()) files.write_json(sim::json_text(to_json(joined)));
  if (files.wants_csv()) files.write_csv(csv_text(joined));
  files.commit();
  console.out << joined_text(joined, console.layout());
  return kDone;
}

}  // namespace scnn::cli::accuracy
