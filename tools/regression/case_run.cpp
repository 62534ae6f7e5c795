#include "tools/regression/case_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "sim/result.hpp"
#include "sim/run.hpp"
#include "sparse_formats/error.hpp"
#include "tools/children.hpp"
#include "tools/interrupt.hpp"
#include "tools/network_input.hpp"
#include "tools/regression/stored_run.hpp"
#include "workloads/json_input.hpp"

namespace scnn::cli::regression {
namespace {

using nlohmann::ordered_json;
using workloads::JsonPlace;

/// A verified layer costs about this many layers without values.
constexpr double kCostOfValues = 3.0;

sim::RunOptions run_options(const CaseOptions& options, int threads) {
  sim::RunOptions run;
  run.engine = options.clocked ? sim::Engine::clocked : sim::Engine::decoupled;
  run.values = options.values;
  run.verify = options.verify;
  run.threads = threads;
  run.stop = &stop_signal();
  return run;
}

/// The child's work: the first and only machine of its process.
std::string run_case(const Case& one, int threads) {
  const RunnableNetwork network(one.network);
  sim::Machine machine(one.architecture, run_options(one.options, threads));
  std::vector<sim::LayerResult> results;
  ordered_json object{{"identity", identity_of(one.network, network.source())}};
  object["layers"] = ordered_json::array();
  for (const std::size_t i : network.chosen()) {
    check_interrupt();
    const auto layer =
        workloads::quantise_layer(network.read(i), one.architecture.weight_bits,
                                  one.architecture.activation_bits, network.source().where(i));
    results.push_back(machine.run(layer, i == 0));
    object["layers"].push_back(sim::to_json(results.back()));
  }
  machine.finish();
  object["total"]["counters"] = sim::to_json(sim::total_of(results));
  return object.dump();
}

/// Products to expect, and whether the network can be run at all.
double cost_of(const Case& one, const JsonPlace& place) {
  try {
    const auto costs = RunnableNetwork(one.network).costs();
    return std::accumulate(costs.begin(), costs.end(), 0.0) *
           (one.options.values ? kCostOfValues : 1.0);
  } catch (const InputError& error) {
    if (error.where() != "--layers") throw;
    throw InputError((place / "network" / "layers").text(), error.detail());
  }
}

}  // namespace

CaseOutcome read_outcome(workloads::JsonObjectReader& reader, std::int64_t pes) {
  CaseOutcome outcome;
  const auto member = [&](const char* key) -> const ordered_json& {
    const ordered_json* value = reader.any(key);
    if (value == nullptr)
      throw InputError(reader.place().text(),
                       fmt::format("has no member \"{}\", expected one", key));
    return *value;
  };
  outcome.identity = member("identity");
  if (!outcome.identity.is_object()) reader.refuse("identity", outcome.identity, "an object");
  outcome.layers = member("layers");
  if (!outcome.layers.is_array()) reader.refuse("layers", outcome.layers, "an array");
  outcome.total = member("total");
  outcome.counted.pes = pes;
  const JsonPlace layers = reader.place() / "layers";
  for (std::size_t i = 0; i < outcome.layers.size(); ++i)
    outcome.counted.layers.push_back(read_part(outcome.layers[i], layers / std::to_string(i)));
  outcome.counted.total = read_total(outcome.total, reader.place() / "total");
  return outcome;
}

std::vector<CaseOutcome> run_cases(const CaseList& list, int threads, const Console& console) {
  const int at_once = std::min(threads, static_cast<int>(list.cases.size()));
  const int each = threads / at_once;
  std::vector<Task> tasks;
  for (std::size_t i = 0; i < list.cases.size(); ++i) {
    Case one = list.cases[i];
    one.network = located(std::move(one.network), list.folder);
    const double cost = cost_of(one, list.place / std::to_string(i));
    std::string name = one.name;
    tasks.push_back(
        {std::move(name), cost, [one = std::move(one), each] { return run_case(one, each); }});
  }
  const auto texts = run_in_children(tasks, at_once, console, "checking");
  std::vector<CaseOutcome> outcomes;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const ordered_json object = workloads::parse_json(texts[i], tasks[i].name);
    workloads::JsonObjectReader reader(object, {.file = tasks[i].name, .pointer = {}});
    outcomes.push_back(read_outcome(reader, list.cases[i].architecture.pe_count()));
  }
  return outcomes;
}

}  // namespace scnn::cli::regression
