/// SCNN Fig. 11: energy as a multiple of the dense machine's.
#include <cmath>

#include "sim/energy.hpp"
#include "tools/validation/layer_energies.hpp"
#include "workloads/published.hpp"

namespace scnn::cli::validation {
namespace {

constexpr double kEnergyTarget = 0.08;

using workloads::published::RelativeEnergy;

double of_dcnn(const sim::Energy& energy, const sim::EnergyComparison& all) {
  return energy.total() / all.dcnn.total();
}

/// The energy of a product in the crossbar with which SCNN's energies come nearest to the
/// published ones, by least squares over the layers of AlexNet.
double fitted_crossbar(const LayerEnergies& energies, const Setup& setup) {
  double above = 0.0, below = 0.0;
  for (const auto& row : workloads::published::relative_energies().rows) {
    if (row.network != "alexnet" || row.layer == "all") continue;
    const sim::EnergyComparison e = energies.find(row.layer);
    const double dense = e.dcnn.total();
    const double products = e.scnn.crossbar / setup.energy.crossbar_product.pJ;
    const double without = (e.scnn.total() - e.scnn.crossbar) / dense;
    above += (row.scnn - without) * products / dense;
    below += products / dense * products / dense;
  }
  return above / below;
}

/// Mean absolute differences of the layers of a network.
struct Errors {
  Mean scnn, opt;
  void add(const RelativeEnergy& row, const sim::EnergyComparison& e) {
    scnn.add(std::fabs(of_dcnn(e.scnn, e) - row.scnn));
    opt.add(std::fabs(of_dcnn(e.dcnn_opt, e) - row.dcnn_opt));
  }
};

std::string reason_for(const RelativeEnergy& row) {
  if (row.layer == "conv1")
    return "DCNN-opt: its image and weights are hardly sparse, so that indices cost more than "
           "zeros save; the paper's compression is not described";
  if (row.layer == "conv1_1")
    return "three quarters of it are DRAM traffic of an output that fits neither machine, of which "
           "the paper does not say how either tiles it";
  if (row.layer == "conv1_2" || row.layer == "conv2_1")
    return "DRAM traffic of activations again: published SCNN is higher by more than anything on "
           "chip could explain";
  return {};
}

}  // namespace

Figure fig11_figure(const Setup& setup, const Outcomes& outcomes) {
  const auto& table = workloads::published::relative_energies();
  Figure figure;
  figure.source = source_text(table);
  figure.columns = {{"SCNN\npublished", 3},     {"SCNN\nsimulated", 3},     {"difference\n", 3},
                    {"DCNN-opt\npublished", 3}, {"DCNN-opt\nsimulated", 3}, {"difference\n ", 3}};
  Errors alexnet, vgg;
  for (const auto& row : table.rows) {
    const LayerEnergies energies(std::string(row.network), setup, outcomes);
    const sim::EnergyComparison e = energies.find(row.layer);
    const double scnn = of_dcnn(e.scnn, e), opt = of_dcnn(e.dcnn_opt, e);
    if (row.layer != "all") (row.network == "alexnet" ? alexnet : vgg).add(row, e);
    figure.rows.push_back(
        {.network = std::string(row.network),
         .name = std::string(row.layer),
         .cells = {row.scnn, scnn, scnn - row.scnn, row.dcnn_opt, opt, opt - row.dcnn_opt},
         .why = reason_for(row)});
  }
  figure.measures = {
      {"mean absolute error of SCNN on vgg16, in shares of the dense energy", vgg.scnn.value(), "1",
       kEnergyTarget},
      {"of DCNN-opt on vgg16", vgg.opt.value(), "1", kEnergyTarget},
      {"of SCNN on alexnet, fitted", alexnet.scnn.value(), "1", {}},
      {"of DCNN-opt on alexnet", alexnet.opt.value(), "1", {}},
      {"crossbar energy per product that fits alexnet best, pJ",
       fitted_crossbar(LayerEnergies("alexnet", setup, outcomes), setup),
       "1",
       {}},
      {"crossbar energy per product of the table, pJ", setup.energy.crossbar_product.pJ, "1", {}}};
  figure.notes = {
      "One constant is fitted, on AlexNet only: what a product costs in the crossbar, for which "
      "nothing is published. All others follow from published energies per operation "
      "([energy.md](energy.md))."};
  return figure;
}

}  // namespace scnn::cli::validation
