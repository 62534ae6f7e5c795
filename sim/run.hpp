/// Runs a network on the machine, layer by layer.
///
/// SystemC elaborates once per process, so a process builds one accelerator and runs
/// every layer of every network on it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "memory/architecture.hpp"
#include "memory/counters.hpp"
#include "memory/engine.hpp"
#include "pe/fault.hpp"
#include "pe/step_paths.hpp"
#include "sim/detail.hpp"
#include "sim/prepared_layer.hpp"
#include "sim/trace_options.hpp"
#include "sim/vcd_options.hpp"
#include "sparse_formats/tensor.hpp"
#include "workloads/network_file.hpp"

namespace scnn::sim {

using memory::Engine;

/// What the simulated machine computed for one layer; valid until the next one runs.
struct LayerOutput {
  const Tensor<std::int64_t>& accumulated;  ///< `[1][K][Ho][Wo]`, before bias and ReLU
  const Tensor<float>& output;              ///< the same scaled, with bias and ReLU
};

struct LayerResult {
  std::string name;
  workloads::LayerSpec spec;
  double weight_density = 0.0;      ///< non-zero share after quantisation
  double activation_density = 0.0;  ///< non-zero share after quantisation
  Granularity granularity = Granularity::fine;
  std::int64_t kc = 0;
  std::int64_t temporal_tiles = 0;
  memory::Counters counters;
  /// Stored output elements of the PE that keeps most (S27); 0 without values.
  std::uint64_t fullest_output = 0;
  bool verified = false;
  std::shared_ptr<const LayerDetail> detail;  ///< when asked for
};

struct RunOptions {
  Engine engine = Engine::decoupled;
  bool values = true;   ///< compute values; without, only time and counters
  bool verify = true;   ///< compare `accumulated` with the reference, bit for bit
  int threads = 0;      ///< 0: all cores
  bool detail = false;  ///< of every layer
  VcdOptions vcd;       ///< clocked only
  TraceOptions trace;   ///< not of prepared layers
  pe::FaultPlan fault;  ///< for tests: what the machine shall get wrong
  /// Becomes the number of a signal when the run shall end; read while the machine runs.
  const std::atomic<int>* stop = nullptr;
  /// Called with each finished layer, in order; the output is empty without values.
  std::function<void(const LayerResult&, const LayerOutput&)> on_layer;
  /// Called before a layer starts, with its index among the selected.
  std::function<void(std::size_t, const workloads::LayerSpec&)> on_start;
};

/// What a timeline holds.
struct TraceSummary {
  std::uint64_t bytes = 0;
  /// Layers that lie in its window, and how finely they are resolved.
  std::vector<std::pair<std::string, pe::TraceLevel>> layers;
};

/// The one accelerator of this process.
class Machine {
 public:
  /// Elaborates the module tree. \throws ModelError when called twice in a process
  Machine(const memory::Architecture& arch, RunOptions options);
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  /// Runs one layer to its end.
  /// \param first  the layer is the first of its network (S27)
  /// \throws VerificationError, ModelError, InputError (a capacity that cannot be met),
  ///         Interrupted; after any of them the machine cannot be used again
  LayerResult run(const workloads::QuantisedLayer& layer, bool first);
  /// The same for a layer that is kept for the next machine. Outputs are computed once: where
  /// they are known, only time is simulated, and `on_layer` is not called.
  /// \pre prepared for an architecture of the same `preparation_key`
  LayerResult run(PreparedLayer& layer, bool first);
  /// Goes on as another machine. \pre the same `machine_key`, engine decoupled
  void retime(const memory::Architecture& arch);
  /// How the steps of all layers so far were computed; of the decoupled engine.
  [[nodiscard]] pe::StepPaths step_paths() const;
  /// Ends a run that went well: gives waveform and timeline their names. Without this call none
  /// is left. \throws OutputError
  void finish();
  /// Of the timeline. \pre finish, after a run with one
  [[nodiscard]] TraceSummary trace_summary() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace scnn::sim
