#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "sim/accelerator.hpp"
#include "sim/baselines.hpp"
#include "sim/run.hpp"
#include "sim/trace_detail.hpp"
#include "sim/trace_probe.hpp"
#include "sim/trace_recorder.hpp"
#include "sim/trace_replay.hpp"
#include "sim/verification.hpp"
#include "sim/waveform.hpp"
#include "sparse_formats/error.hpp"

namespace scnn::sim {
namespace {

/// The kernel takes one tree of modules per process, before it runs. It stays off stdout,
/// where data goes; what it warns of is a bug of ours.
const memory::Architecture& prepare_kernel(const memory::Architecture& arch) {
  if (sc_core::sc_get_status() != sc_core::SC_ELABORATION ||
      sc_core::sc_find_object("accelerator") != nullptr)
    throw ModelError("a process builds one machine, and this would be its second");
  sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
  sc_core::sc_report_handler::set_actions(sc_core::SC_WARNING, sc_core::SC_THROW);
  return arch;
}

double nonzero_share(const Tensor<std::int16_t>& t) {
  const auto nonzero = static_cast<double>(count_nonzero(t.values()));
  return t.empty() ? 0.0 : nonzero / static_cast<double>(t.size());
}

}  // namespace

class Machine::Impl {
 public:
  Impl(const memory::Architecture& arch, RunOptions options)
      : arch_(prepare_kernel(arch)),
        options_(std::move(options)),
        failures_(options_.stop),
        workers_(options_.engine == Engine::decoupled ? options_.threads : 1),
        accelerator_("accelerator", arch_, options_.engine, options_.fault, workers_, failures_) {
    if (options_.detail) accelerator_.sequencer().keep_group_times();
    if (!options_.vcd.file.empty())
      waveform_ = std::make_unique<Waveform>("waveform", options_.vcd, accelerator_, failures_);
    if (!options_.trace.file.empty()) begin_trace();
  }

  LayerResult run(const workloads::QuantisedLayer& layer, bool first) {
    std::optional<LayerJob> made;
    std::uint64_t products = 0;
    workers_.for_each(2, [&](std::size_t half) {
      if (half == 0)
        made.emplace(layer, arch_, options_.values, workers_.lend());
      else
        products = nonzero_products(layer, arch_);
    });
    return run_job(*made, first, products, nullptr);
  }

  LayerResult run(PreparedLayer& layer, bool first) {
    const OutputFacts* known = layer.outputs() ? &*layer.outputs() : nullptr;
    layer.job().bind(arch_, options_.values && known == nullptr);
    LayerResult result = run_job(layer.job(), first, layer.products(), known);
    if (options_.values && known == nullptr) {
      const LayerTiming& t = accelerator_.sequencer().timing();
      layer.keep_outputs({t.overflows, t.output_stored, t.output_fullest, result.verified});
    }
    return result;
  }

  void retime(const memory::Architecture& arch) {
    if (options_.engine != Engine::decoupled || machine_key(arch_) != machine_key(arch))
      throw ModelError("a machine cannot go on as one that differs in more than timing");
    arch_ = arch;
  }

  [[nodiscard]] pe::StepPaths step_paths() {
    pe::StepPaths paths;
    for (auto& pe : accelerator_.pes()) paths += pe->ahead().paths();
    return paths;
  }

  void finish() {
    if (waveform_) waveform_->commit();
    if (recorder_) recorder_->commit();
  }

  [[nodiscard]] TraceSummary trace_summary() const { return recorder_->summary(); }

 private:
  void begin_trace() {
    recorder_ = std::make_unique<TraceRecorder>(options_.trace, arch_);
    if (options_.engine == Engine::clocked)
      tracer_ = std::make_unique<TraceProbe>("trace_probe", accelerator_, *recorder_, failures_);
    else
      tracer_ = std::make_unique<TraceReplay>(accelerator_, workers_, *recorder_);
    accelerator_.sequencer().observe(*tracer_);
  }

  /// \param known  outputs of the layer, when they need not be computed
  LayerResult run_job(const LayerJob& job, bool first, std::uint64_t products,
                      const OutputFacts* known) {
    const workloads::QuantisedLayer& layer = job.layer();
    if (job.values()) accelerator_.collector().begin(layer.spec.shape);
    for (auto& pe : accelerator_.pes()) pe->reset_counters();
    if (recorder_) recorder_->begin_layer(job, choose_level(job, options_.trace, workers_));
    simulate(job);
    LayerTiming timing = accelerator_.sequencer().timing();
    if (known != nullptr) {
      timing.overflows = known->overflows;
      timing.output_stored = known->stored;
      timing.output_fullest = known->fullest;
    }
    LayerResult result = describe(layer, job);
    result.counters = collect(job, timing, first, products);
    result.fullest_output = timing.output_fullest;
    check_identities(result.counters, job, arch_, products);
    if (recorder_) recorder_->end_layer(result.counters, pe_counters());
    if (options_.detail) result.detail = detail_of(layer, timing);
    if (known != nullptr) result.verified = known->verified;
    if (job.values() && options_.verify) {
      verify(layer, accelerator_.collector().accumulated, job.output().owners, workers_.lend());
      result.verified = true;
    }
    if (options_.on_layer && known == nullptr) {
      const OutputCollector& c = accelerator_.collector();
      options_.on_layer(result, {c.accumulated, c.output});
    }
    return result;
  }

  /// Threads that compute groups ahead read the job: none is left at it, however a run ends.
  class Rehearsed {
   public:
    explicit Rehearsed(pe::Rehearsal& rehearsal) : rehearsal_(rehearsal) {}
    ~Rehearsed() { rehearsal_.end_tile(); }
    Rehearsed(const Rehearsed&) = delete;
    Rehearsed& operator=(const Rehearsed&) = delete;

   private:
    pe::Rehearsal& rehearsal_;
  };

  void simulate(const LayerJob& job) {
    const Rehearsed rehearsed(accelerator_.rehearsal());
    Sequencer& sequencer = accelerator_.sequencer();
    fifo_writes_before_ = accelerator_.broadcast().fifo_writes();
    sequencer.start(job);
    try {
      sc_core::sc_start();
    } catch (const sc_core::sc_report& report) {
      throw ModelError(fmt::format("layer {}: SystemC: {}", job.layer().spec.name, report.what()));
    }
    failures_.rethrow_if_any();
    if (!sequencer.done())
      throw ModelError(fmt::format("layer {}: the machine stopped at {} with work left",
                                   job.layer().spec.name, sc_core::sc_time_stamp().to_string()));
  }

  static LayerResult describe(const workloads::QuantisedLayer& layer, const LayerJob& job) {
    LayerResult r;
    r.name = layer.spec.name;
    r.spec = layer.spec;
    r.weight_density = nonzero_share(layer.weights);
    r.activation_density = nonzero_share(layer.input);
    r.granularity = layer.granularity;
    r.kc = job.tiling().kc;
    r.temporal_tiles = std::ssize(job.tiling().tiles);
    return r;
  }

  std::shared_ptr<const LayerDetail> detail_of(const workloads::QuantisedLayer& layer,
                                               const LayerTiming& timing) {
    auto detail = std::make_shared<LayerDetail>();
    detail->pes = pe_counters();
    detail->groups = timing.groups;
    detail->bank_updates = bank_updates(layer, arch_);
    return detail;
  }

  std::vector<memory::Counters> pe_counters() {
    std::vector<memory::Counters> counters;
    for (auto& pe : accelerator_.pes()) counters.push_back(pe->counters());
    return counters;
  }

  /// Walks the module tree for the units' counters and adds what belongs to the layer.
  memory::Counters collect(const LayerJob& job, const LayerTiming& timing, bool first,
                           std::uint64_t products) {
    memory::Counters c;
    const auto element_bits = static_cast<std::uint64_t>(arch_.activation_bits + arch_.index_bits);
    std::uint64_t stored = 0, fullest = 0;
    for (auto& pe : accelerator_.pes()) {
      c += pe->counters();
      stored += pe->stored_activations();
      fullest = std::max(fullest, pe->fullest_tile());
    }
    c.compute_cycles = static_cast<std::uint64_t>(timing.compute_cycles);
    c.weight_fifo_writes = accelerator_.broadcast().fifo_writes() - fifo_writes_before_;
    c.accumulator_overflows = timing.overflows;
    c.oaram_writes = timing.output_stored;
    c.dram_weight_bits = job.weight_bits();
    c.weight_index_bits = job.weight_index_bits();
    if (first || fullest * element_bits > 8 * static_cast<std::uint64_t>(arch_.iaram_bytes))
      c.dram_activation_bits += stored * element_bits;
    if (timing.output_fullest * element_bits > 8 * static_cast<std::uint64_t>(arch_.oaram_bytes))
      c.dram_activation_bits += timing.output_stored * element_bits;
    c.cycles =
        std::max(c.compute_cycles,
                 memory::transfer_cycles(c.dram_weight_bits + c.dram_activation_bits, arch_.dram));
    c.dcnn_cycles = dcnn_cycles(job.layer().spec.shape, arch_);
    c.oracle_cycles = oracle_cycles(products, arch_);
    return c;
  }

  memory::Architecture arch_;
  RunOptions options_;
  memory::Failures failures_;
  pe::Workers workers_;
  Accelerator accelerator_;
  std::unique_ptr<Waveform> waveform_;
  std::unique_ptr<TraceRecorder> recorder_;
  std::unique_ptr<SequenceObserver> tracer_;
  std::uint64_t fifo_writes_before_ = 0;
};

Machine::Machine(const memory::Architecture& arch, RunOptions options)
    : impl_(std::make_unique<Impl>(arch, std::move(options))) {}

Machine::~Machine() = default;

pe::StepPaths Machine::step_paths() const { return impl_->step_paths(); }

void Machine::finish() { impl_->finish(); }

TraceSummary Machine::trace_summary() const { return impl_->trace_summary(); }

LayerResult Machine::run(const workloads::QuantisedLayer& layer, bool first) {
  return impl_->run(layer, first);
}

LayerResult Machine::run(PreparedLayer& layer, bool first) { return impl_->run(layer, first); }

void Machine::retime(const memory::Architecture& arch) { impl_->retime(arch); }

}  // namespace scnn::sim

/// The SystemC library refers to this entry point even where, as here, the program
/// has a main of its own and starts the kernel itself.
extern "C" int sc_main(int /*argc*/, char** /*argv*/) { return 1; }
