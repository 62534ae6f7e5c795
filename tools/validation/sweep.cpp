/// GoogLeNet at densities .1 to 1.0: SCNN, SCNN-SparseA, SCNN-SparseW and the dense machines.
#include <fmt/format.h>

#include "sim/energy.hpp"
#include "tools/validation/experiment.hpp"

namespace scnn::cli::validation {
namespace {

constexpr int kSteps = 10;  // densities of i / kSteps

struct Variant {
  std::string_view name;
  bool skip_weights, skip_activations;
};
constexpr Variant kScnn{"SCNN", true, true}, kSparseA{"SparseA", false, true},
    kSparseW{"SparseW", true, false};

ZooRun plan(const Variant& variant, int step, const Setup& setup) {
  ZooRun run{.network = "googlenet",
             .inception_only = true,
             .density = static_cast<double>(step) / kSteps,
             .arch = {},
             .values = false,
             .seed = setup.seed};
  run.arch.skip_zero_weights = variant.skip_weights;
  run.arch.skip_zero_activations = variant.skip_activations;
  return run;
}

std::string task_name(const Variant& variant, int step) {
  return fmt::format("googlenet {} .{}", variant.name, step);
}

/// Energies of a run, over those of the dense machine.
sim::EnergyComparison energy_of(const ZooRun& run, const sim::StoredResult& result,
                                const Setup& setup) {
  const auto specs = run.layers();
  sim::EnergyComparison total;
  for (std::size_t i = 0; i < result.layers.size(); ++i)
    total += sim::compare_energy({.shape = specs[i].shape,
                                  .counters = result.layers[i].counters,
                                  .activation_density = result.layers[i].activation_density,
                                  .temporal_tiles = result.layers[i].temporal_tiles},
                                 run.arch, setup.energy);
  return total;
}

double speedup(const sim::StoredResult& result) {
  return static_cast<double>(result.total.dcnn_cycles) /
         static_cast<double>(result.total.compute_cycles);
}

}  // namespace

std::vector<Task> sweep_tasks(const Setup& setup) {
  std::vector<Task> tasks;
  for (const Variant& variant : {kScnn, kSparseA, kSparseW})
    for (int step = 1; step <= kSteps; ++step)
      tasks.push_back(zoo_task(task_name(variant, step), plan(variant, step, setup)));
  return tasks;
}

Figure sweep_figure(const Setup& setup, const Outcomes& outcomes) {
  Figure figure;
  figure.columns = {{"speed-up\nSCNN", 2},  {"speed-up\nSparseA", 2}, {"speed-up\nSparseW", 2},
                    {"energy\nSCNN", 3},    {"energy\nSparseA", 3},   {"energy\nSparseW", 3},
                    {"energy\nDCNN-opt", 3}};
  for (int step = 1; step <= kSteps; ++step) {
    std::vector<Cell> speedups, energies;
    Cell opt;
    for (const Variant& variant : {kScnn, kSparseA, kSparseW}) {
      const sim::StoredResult result = outcomes.run(task_name(variant, step));
      const auto energy = energy_of(plan(variant, step, setup), result, setup);
      speedups.emplace_back(speedup(result));
      energies.emplace_back(energy.scnn.total() / energy.dcnn.total());
      if (!opt) opt = energy.dcnn_opt.total() / energy.dcnn.total();
    }
    Row row{.network = "googlenet",
            .name = fmt::format("{:.1f}", step / 10.0),
            .cells = speedups,
            .why = {}};
    row.cells.insert(row.cells.end(), energies.begin(), energies.end());
    row.cells.push_back(opt);
    figure.rows.push_back(std::move(row));
  }
  figure.notes = {
      "Every layer of the inception modules has weights and inputs of this density; speed-ups (by "
      "`compute_cycles`) and energies are over the dense machine's, whose time DCNN-opt shares. "
      "The paper shows this sweep in a chart that was not read off, so nothing is compared.",
      "SparseA keeps only the zeros of activations out, SparseW only those of weights: the machine "
      "stores every element of the other operand, with its index, and steps over it (S33). In its "
      "energy a product with a zero costs no multiply; time, reads and traffic it costs in full. "
      "Dense tensors cost "
      "DCNN-opt more than DCNN, as their indices are stored all the same."};
  return figure;
}

}  // namespace scnn::cli::validation
