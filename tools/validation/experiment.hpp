/// The experiments of `scnn validate`.
///
/// An experiment names the work it needs, which is done in children and shared between
/// experiments, and then makes its figure of what came back.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/energy_table.hpp"
#include "tools/children.hpp"
#include "tools/validation/report.hpp"
#include "tools/validation/zoo_run.hpp"

namespace scnn::cli::validation {

/// What all experiments share.
struct Setup {
  std::int64_t seed = 1;
  sim::EnergyTable energy = sim::default_energy_table();
};

/// What the children returned, by the name of the task.
class Outcomes {
 public:
  void add(const std::string& name, std::string text) { texts_[name] = std::move(text); }
  [[nodiscard]] const std::string& text(const std::string& name) const { return texts_.at(name); }
  [[nodiscard]] sim::StoredResult run(const std::string& name) const {
    return read_zoo_run(text(name));
  }

 private:
  std::map<std::string, std::string> texts_;
};

struct Experiment {
  std::string_view id;
  std::string_view title;
  std::vector<Task> (*tasks)(const Setup& setup);
  Figure (*figure)(const Setup& setup, const Outcomes& outcomes);
};

/// In the order in which they are shown.
[[nodiscard]] std::span<const Experiment> experiments();

/// A task that runs a network of the zoo.
[[nodiscard]] Task zoo_task(std::string name, const ZooRun& run);

/// alexnet, vgg16 or the inception modules of googlenet, with values, at the published
/// densities, on the default machine.
[[nodiscard]] ZooRun published_run(const std::string& network, const Setup& setup);
/// The name of its task.
[[nodiscard]] std::string published_name(const std::string& network);
/// The tasks of several.
[[nodiscard]] std::vector<Task> published_tasks(const std::vector<std::string>& networks,
                                                const Setup& setup);

/// `paper; place; read off the chart.` of a published table.
template <class Table>
[[nodiscard]] std::string source_text(const Table& table) {
  return std::string(table.source.paper) + "; " + std::string(table.source.place) + "; " +
         std::string(name_of(table.source.reading)) + ".";
}

// Each in a file of its own.
std::vector<Task> no_tasks(const Setup& setup);
std::vector<Task> two_networks(const Setup& setup);    ///< alexnet, vgg16
std::vector<Task> three_networks(const Setup& setup);  ///< and googlenet
Figure table1_figure(const Setup& setup, const Outcomes& outcomes);
Figure fig1_figure(const Setup& setup, const Outcomes& outcomes);
Figure fig9_figure(const Setup& setup, const Outcomes& outcomes);
Figure fig10_figure(const Setup& setup, const Outcomes& outcomes);
Figure fig11_figure(const Setup& setup, const Outcomes& outcomes);
Figure table3_figure(const Setup& setup, const Outcomes& outcomes);
Figure table4_figure(const Setup& setup, const Outcomes& outcomes);
Figure dram_figure(const Setup& setup, const Outcomes& outcomes);
std::vector<Task> sweep_tasks(const Setup& setup);
Figure sweep_figure(const Setup& setup, const Outcomes& outcomes);
std::vector<Task> granularity_tasks(const Setup& setup);
Figure granularity_figure(const Setup& setup, const Outcomes& outcomes);
std::vector<Task> storage_tasks(const Setup& setup);
Figure storage_figure(const Setup& setup, const Outcomes& outcomes);
std::vector<Task> references_tasks(const Setup& setup);
Figure references_figure(const Setup& setup, const Outcomes& outcomes);

}  // namespace scnn::cli::validation
