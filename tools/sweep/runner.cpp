#include "tools/sweep/runner.hpp"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "sim/energy_report.hpp"
#include "sim/result.hpp"
#include "sim/run.hpp"
#include "sparse_formats/error.hpp"
#include "sparse_formats/instruction_set.hpp"
#include "tools/child_process.hpp"
#include "tools/host.hpp"
#include "tools/interrupt.hpp"
#include "tools/progress.hpp"
#include "tools/run_options.hpp"
#include "tools/sweep/batch.hpp"
#include "tools/sweep/preparation.hpp"

namespace scnn::cli::sweep {
namespace {

// What a child says after each point, one byte.
constexpr char kPointDone = 'D', kPointFailed = 'F';
// In front of a message that ends the sweep: the disk is full.
constexpr char kGivenUp = 'X';

sim::RunOptions machine_options(const RunnerOptions& options) {
  sim::RunOptions run;
  run.verify = options.verify;
  run.threads = 1;  // children fill the cores
  run.stop = &stop_signal();
  return run;
}

/// One machine after the other, in one process.
class BatchRun {
 public:
  BatchRun(Preparation& preparation, const RunnerOptions& options, const memory::Architecture& arch)
      : preparation_(preparation), options_(options), machine_(arch, machine_options(options)) {}

  /// The result of a point, as a file has it.
  nlohmann::ordered_json run(const Point& point) {
    const HostClock clock;
    sim::RunResult result;
    result.architecture = point.arch;
    result.energy = options_.energy;
    const pe::StepPaths before = machine_.step_paths();
    machine_.retime(point.arch);
    bool verified = true;
    const RunnableNetwork& network = preparation_.network().network();
    for (std::size_t i = 0; i < network.chosen().size(); ++i)
      preparation_.with_layer(i, [&](sim::PreparedLayer& layer) {
        const bool first = network.chosen()[i] == 0;
        result.layers.push_back(machine_.run(layer, first));
        verified &= result.layers.back().verified;
      });
    result.network = network.facts();
    result.provenance = network.provenance();
    result.host = clock.info("sweep", options_.command_line);
    result.host.engine = name_of(sim::Engine::decoupled);
    result.host.threads = 1;
    result.host.verified = verified;
    result.host.instruction_set = instruction_set();
    result.host.steps = machine_.step_paths();
    result.host.steps.kernel -= before.kernel;
    result.host.steps.general -= before.general;
    result.host.steps.repeated_groups -= before.repeated_groups;
    return sim::to_json(result);
  }

 private:
  Preparation& preparation_;
  const RunnerOptions& options_;
  sim::Machine machine_;
};

void give_up(const OutputError& error, const ChildVoice& voice) {
  voice.say(fmt::format("{}{}", kGivenUp, error.what()));
}

void record_failure(const Point& point, const std::string& message, const Store& store,
                    const ChildVoice& voice) {
  try {
    store.write_failure(point.id, message);
    voice.say({&kPointFailed, 1});
  } catch (const OutputError& error) {
    give_up(error, voice);
  }
}

/// A child's whole life. A machine cannot be used after it failed, so a failure is the last
/// thing that happens.
/// \param shared  what is prepared already; null: nothing
void run_batch(const Batch& batch, Preparation* shared, const RunnerOptions& options,
               const Store& store, const ChildVoice& voice) {
  const Point* at = batch.points.front();
  try {
    std::optional<Preparation> own;
    if (shared == nullptr) own.emplace(std::make_shared<const QuantisedNetwork>(*at), at->arch);
    Preparation& preparation = own ? *own : *shared;
    if (batch.points.size() > 1) preparation.keep_work();
    BatchRun run(preparation, options, at->arch);
    for (const Point* point : batch.points) {
      at = point;
      store.write_result(point->id, run.run(*point));
      voice.say({&kPointDone, 1});
    }
  } catch (const Interrupted&) {
    return;
  } catch (const OutputError& error) {
    give_up(error, voice);
  } catch (const std::exception& error) {
    record_failure(*at, error.what(), store, voice);
  }
}

/// Hands batches to children, one preparation at a time.
class Runner {
 public:
  Runner(const std::vector<const Point*>& points, const RunnerOptions& options, const Store& store,
         const Console& console)
      : options_(options),
        store_(store),
        progress_(console, "sweeping", costs(points), Progress::Clock::caller) {
    for (Batch& b :
         make_batches(points, batch_size(points.size(), static_cast<std::size_t>(options.jobs))))
      waiting_.push_back(std::move(b));
  }

  std::size_t run() {
    while (!waiting_.empty() || !working_.empty()) {
      while (!waiting_.empty() && std::ssize(working_) < options_.jobs) begin();
      if (!working_.empty()) listen();
    }
    return failed_;
  }

 private:
  struct Working {
    Batch batch;
    std::size_t told = 0;  ///< points it has told about
    ChildProcess process;
  };

  static std::vector<double> costs(const std::vector<const Point*>& points) {
    std::vector<double> all;
    all.reserve(points.size());
    for (const Point* p : points) all.push_back(p->products);
    return all;
  }

  void begin() {
    check_interrupt();
    Batch batch = std::move(waiting_.front());
    waiting_.pop_front();
    const Point& first = *batch.points.front();
    progress_.begun(first.network);
    progress_.tick();
    if (!prepare(batch)) return;
    ChildProcess child(first.id, [&](const ChildVoice& voice) {
      run_batch(batch, preparation_.get(), options_, store_, voice);
    });
    working_.push_back({std::move(batch), 0, std::move(child)});
  }

  /// Prepares what the next batch needs as well. What it does not is the child's own to
  /// prepare, while this process goes on. \return false when it cannot be: all failed
  bool prepare(const Batch& batch) {
    const Point& point = *batch.points.front();
    if (preparation_ && !preparation_->serves(point)) preparation_.reset();
    if (network_ && !network_->serves(point)) network_.reset();
    try {
      const bool again = !waiting_.empty();
      const Point& next = again ? *waiting_.front().points.front() : point;
      if (!network_ && again && QuantisedNetwork::key_of(next) == QuantisedNetwork::key_of(point))
        network_ = std::make_shared<const QuantisedNetwork>(point);
      if (!preparation_ && network_)
        preparation_ = std::make_unique<Preparation>(network_, point.arch);
      if (preparation_ && again && preparation_->serves(next)) preparation_->encode();
      return true;
    } catch (const Interrupted&) {
      throw;
    } catch (const OutputError&) {
      throw;
    } catch (const std::exception& error) {
      // What cannot be prepared for one of them cannot be for any.
      for (const Point* p : batch.points) fail(*p, error.what());
      return false;
    }
  }

  void listen() {
    std::vector<const ChildProcess*> processes;
    processes.reserve(working_.size());
    for (const Working& w : working_) processes.push_back(&w.process);
    progress_.tick();
    auto speaking = wait_for_children(processes);
    std::ranges::reverse(speaking);  // so that erasing moves none that is still to come
    for (const std::size_t i : speaking) {
      const bool more = working_[i].process.listen();
      hear(working_[i]);
      if (more) continue;
      end(working_[i]);
      working_.erase(working_.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }

  void hear(Working& w) {
    std::string& said = w.process.said();
    std::size_t taken = 0;
    for (; taken < said.size() && said[taken] != kGivenUp; ++taken) {
      const Point& point = *w.batch.points[w.told++];
      if (said[taken] == kPointFailed) ++failed_;
      progress_.finished(point.products);
    }
    said.erase(0, taken);
  }

  /// The child is gone: with its work done, after a failure, or killed.
  void end(Working& w) {
    const int status = w.process.wait();
    check_interrupt();
    if (const std::string& said = w.process.said(); said.starts_with(kGivenUp)) {
      const std::size_t split = said.find(": ");
      throw OutputError(said.substr(1, split - 1), said.substr(split + 2));
    }
    if (w.told == w.batch.points.size()) return;
    // It may have been ended between the result and the word about it.
    const bool stored = store_.read(w.batch.points[w.told]->id).state == PointState::done;
    if (status != 0 && !stored) {
      const Point& point = *w.batch.points[w.told++];
      fail(point, WIFSIGNALED(status)
                      ? fmt::format("its process was ended by signal {}", WTERMSIG(status))
                      : "its process crashed");
    }
    if (stored) {
      const Point& point = *w.batch.points[w.told++];
      progress_.finished(point.products);
    }
    Batch rest;
    rest.points.assign(w.batch.points.begin() + static_cast<std::ptrdiff_t>(w.told),
                       w.batch.points.end());
    if (!rest.points.empty()) waiting_.push_front(std::move(rest));
  }

  void fail(const Point& point, const std::string& message) {
    store_.write_failure(point.id, message);
    ++failed_;
    progress_.finished(point.products);
  }

  const RunnerOptions& options_;
  const Store& store_;
  Progress progress_;
  std::deque<Batch> waiting_;
  std::shared_ptr<const QuantisedNetwork> network_;
  std::unique_ptr<Preparation> preparation_;
  std::vector<Working> working_;
  std::size_t failed_ = 0;
};

}  // namespace

std::size_t run_points(const std::vector<const Point*>& points, const RunnerOptions& options,
                       const Store& store, const Console& console) {
  return Runner(points, options, store, console).run();
}

}  // namespace scnn::cli::sweep
