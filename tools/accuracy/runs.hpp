/// Which networks a join runs, and running them.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "sim/energy_table.hpp"
#include "sim/run.hpp"
#include "tools/accuracy/joined.hpp"
#include "tools/network_input.hpp"

namespace scnn::cli::accuracy {

/// A network to run, and the seeds of points whose costs it tells.
struct Work {
  std::shared_ptr<const RunnableNetwork> network;
  Granularity granularity = Granularity::fine;
  std::optional<double> density;  ///< to prune to; nothing: pruned already
  bool pruned_here = false;
  std::string place;               ///< the log's line, for messages
  std::vector<JoinedSeed*> seeds;  ///< of the joined points
};

/// Makes the points of a join: those of the logs, and before them the dense network at each
/// granularity where there is a network for it. Costs are still to come.
/// \param network  --network with the options of its layers; its `file` may be empty
/// \return         what must run, in the order of the points
/// \throws InputError when a point has neither an exported network nor --network
[[nodiscard]] std::vector<Work> plan_work(Joined& joined, const Points& points,
                                          const NetworkRequest& network);

/// Runs one of them layer by layer.
class Runner {
 public:
  Runner(sim::Machine& machine, const memory::Architecture& arch,
         const std::optional<sim::EnergyTable>& energy)
      : comparer_(machine, arch), arch_(arch), energy_(energy) {}

  /// Adds one layer of the work to what it costs. \throws InputError
  void run_layer(RanNetwork& ran, const Work& work, std::size_t layer);

 private:
  Comparer comparer_;
  const memory::Architecture& arch_;
  const std::optional<sim::EnergyTable>& energy_;
};

}  // namespace scnn::cli::accuracy
