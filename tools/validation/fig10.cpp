/// SCNN Fig. 10: multipliers at work, and PEs waiting for others.
#include <cmath>

#include "tools/validation/experiment.hpp"
#include "workloads/published.hpp"

namespace scnn::cli::validation {
namespace {

constexpr double kUtilisationTarget = 0.03, kIdleTarget = 0.08;

double share(std::uint64_t part, std::uint64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

const sim::StoredLayer* find_layer(const sim::StoredResult& run, std::string_view name) {
  for (const auto& layer : run.layers)
    if (layer.name == name) return &layer;
  return nullptr;
}

}  // namespace

Figure fig10_figure(const Setup& /*setup*/, const Outcomes& outcomes) {
  const auto& table = workloads::published::utilisations();
  const auto pes = static_cast<std::uint64_t>(memory::Architecture{}.pe_count());
  Figure figure;
  figure.source = source_text(table);
  figure.columns = {{"multipliers\npublished", 3}, {"multipliers\nsimulated", 3},
                    {"difference\n", 3},           {"idle PEs\npublished", 3},
                    {"idle PEs\nsimulated", 3},    {"difference\n ", 3}};
  Mean utilisation_off, idle_off;
  for (const auto& row : table.rows) {
    const sim::StoredResult run = outcomes.run(published_name(std::string(row.network)));
    const auto* layer = find_layer(run, row.layer);
    if (layer == nullptr) continue;
    const memory::Counters& c = layer->counters;
    const double utilisation = share(c.products, c.slots);
    const double idle = share(c.barrier_wait + c.backpressure_wait, pes * c.compute_cycles);
    const double utilisation_difference = utilisation - row.multiplier_utilisation;
    const double idle_difference = idle - row.barrier_share;
    utilisation_off.add(std::fabs(utilisation_difference));
    idle_off.add(std::fabs(idle_difference));
    figure.rows.push_back(
        {.network = std::string(row.network),
         .name = std::string(row.layer),
         .cells = {row.multiplier_utilisation, utilisation, utilisation_difference,
                   row.barrier_share, idle, idle_difference},
         .why = {}});
  }
  figure.measures = {
      {"mean absolute error of the utilisation", utilisation_off.value(), "1", kUtilisationTarget},
      {"mean absolute error of the idle share", idle_off.value(), "1", kIdleTarget}};
  figure.notes = {
      "Utilisation is products over slots of the steps that issued; idle is the `imbalance_share` "
      "of S29: PE-cycles at the barrier, or held back by a slower PE's full FIFO."};
  return figure;
}

}  // namespace scnn::cli::validation
