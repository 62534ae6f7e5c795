#include "sim/layer_bounds.hpp"

#include <algorithm>

#include "memory/dram.hpp"
#include "pe/bank_map.hpp"
#include "pe/workers.hpp"
#include "sim/layer_job.hpp"
#include "sim/step_walk.hpp"
#include "sparse_formats/error.hpp"

namespace scnn::sim {
namespace {

/// Time of a PE for which weights are always there: S19 and S21, group by group.
///
/// Later weights let steps issue later and queues empty later, never sooner, so that no run
/// takes a PE less.
class QueueClock {
 public:
  QueueClock(const pe::TileJob& job, const pe::BankMap& map)
      : map_(map),
        threshold_(static_cast<std::uint64_t>(job.arch->accumulator.queue_threshold)),
        combines_(job.arch->accumulator.bypass == memory::Bypass::step),
        step_of_(combines_ ? static_cast<std::size_t>(job.window_entries()) : 0, 0),
        empty_(static_cast<std::size_t>(job.arch->accumulator.banks), 0) {}

  void begin_group(std::size_t g) {
    if (g > 0) end_group();
    std::ranges::fill(empty_, 0);
    next_ = last_empty_ = 0;
  }
  void begin_step() {
    ++step_;
    // A queue that is empty from cycle e on holds e - now updates at the start of cycle `now`.
    now_ = last_empty_ > threshold_ ? std::max(next_, last_empty_ - threshold_) : next_;
    next_ = now_ + 1;
  }
  void update(std::int64_t address) {
    if (combines_) {
      std::uint64_t& last = step_of_[static_cast<std::size_t>(address)];
      if (last == step_) return;
      last = step_;
    }
    std::uint64_t& empty = empty_[map_.bank(address)];
    empty = std::max(empty, now_) + 1;
    last_empty_ = std::max(last_empty_, empty);
  }
  /// Cycles by group.
  [[nodiscard]] std::vector<std::uint64_t> cycles() {
    end_group();
    return cycles_;
  }

 private:
  void end_group() { cycles_.push_back(std::max(next_, last_empty_)); }

  const pe::BankMap& map_;
  std::uint64_t threshold_;
  bool combines_;
  std::uint64_t step_ = 0;              ///< from 1
  std::vector<std::uint64_t> step_of_;  ///< that last wrote an entry
  std::vector<std::uint64_t> empty_;    ///< first cycle at whose start the queue is empty
  std::uint64_t now_ = 0, next_ = 0;    ///< cycle of the step, and first one of the next
  std::uint64_t last_empty_ = 0;        ///< when all queues are
  std::vector<std::uint64_t> cycles_;
};

/// What one PE does in one tile.
struct PeWork {
  std::vector<std::uint64_t> steps, cycles;  ///< by K-group; cycles with bank queues
  std::uint64_t pairs = 0;                   ///< stored weights times stored activations
  std::uint64_t stored = 0;                  ///< activations
};

std::uint64_t weights_of(const memory::WeightStream& stream, const memory::BlockVectors& block) {
  std::uint64_t weights = 0;
  for (std::uint32_t j = block.first; j < block.first + block.count; ++j)
    weights += stream.vectors[j].count;
  return weights;
}

PeWork work_of(const pe::TileJob& job, std::int64_t pe, const pe::BankMap& map) {
  const StepWalk walk(job, pe);
  const memory::WeightStream& stream = *job.stream;
  PeWork work;
  work.stored = walk.stored();
  work.steps.resize(stream.groups(), 0);
  for (std::size_t b = 0; b < stream.blocks.size(); ++b) {
    const std::uint64_t stored = walk.stored(b % stream.blocks_per_group);
    const auto vectors =
        static_cast<std::uint64_t>(ceil_div(static_cast<std::int64_t>(stored), job.arch->I));
    work.steps[b / stream.blocks_per_group] += vectors * stream.blocks[b].count;
    work.pairs += stored * weights_of(stream, stream.blocks[b]);
  }
  QueueClock clock(job, map);
  walk.visit(clock);
  work.cycles = clock.cycles();
  return work;
}

/// Cycles until the last vector is popped, were all FIFOs endless: it arrives (S23), issues a
/// cycle later, and the group is over after that cycle.
std::uint64_t supply_cycles(const pe::TileJob& job) {
  const memory::DramStream dram(job.arch->dram, *job.stream);
  const auto per_cycle = static_cast<std::size_t>(job.arch->broadcast_entries_per_cycle);
  std::vector<std::int64_t> arrival;
  for (std::size_t j = 0; j < dram.size(); ++j) {
    std::int64_t cycle = dram.on_chip_cycle(j);
    if (j > 0) cycle = std::max(cycle, arrival[j - 1]);
    if (j >= per_cycle) cycle = std::max(cycle, arrival[j - per_cycle] + 1);
    arrival.push_back(cycle);
  }
  return arrival.empty() ? 0 : static_cast<std::uint64_t>(arrival.back()) + 2;
}

std::uint64_t drain_of(const pe::TileJob& job) {
  std::int64_t cycles = 0;
  for (std::int64_t g = 0; g < job.groups(); ++g) {
    std::int64_t slowest = 0;
    for (const pe::DrainShare& share : job.shares)
      slowest = std::max(slowest, pe::drain_cycles(share, job.channels(g), job.arch->ppu));
    cycles += slowest;
  }
  return static_cast<std::uint64_t>(cycles);
}

/// Sum over the groups of what the PE has that has most.
std::uint64_t busiest(const std::vector<PeWork>& works,
                      std::vector<std::uint64_t> PeWork::*by_group, std::size_t groups) {
  std::uint64_t sum = 0;
  for (std::size_t g = 0; g < groups; ++g) {
    std::uint64_t most = 0;
    for (const PeWork& work : works) most = std::max(most, (work.*by_group)[g]);
    sum += most;
  }
  return sum;
}

void add_blocks(LayerMapping& mapping, const memory::WeightStream& stream, std::int64_t fifo) {
  for (const memory::BlockVectors& block : stream.blocks) {
    mapping.blocks += block.count > 0 ? 1 : 0;
    mapping.vectors += block.count;
    mapping.longest_block = std::max<std::uint64_t>(mapping.longest_block, block.count);
    mapping.long_blocks += block.count > fifo ? 1 : 0;
  }
}

void add_tile(LayerMapping& mapping, const pe::TileJob& job) {
  mapping.Ht = std::max(mapping.Ht, job.tile.Ht);
  mapping.Wt = std::max(mapping.Wt, job.tile.Wt);
  if (job.window_entries() > mapping.window_entries) {
    mapping.HA = job.tile.HA;
    mapping.WA = job.tile.WA;
    mapping.window_entries = job.window_entries();
  }
  const auto idle = std::ranges::count_if(
      job.regions, [](const pe::PeRegion& region) { return region.inputs.area() == 0; });
  mapping.idle_pes = std::max<std::int64_t>(mapping.idle_pes, idle);
}

std::vector<PeWork> works_of(const pe::TileJob& job, pe::Workers& workers,
                             const std::atomic<int>* stop) {
  const pe::BankMap map(job.arch->accumulator, job.window());
  std::vector<PeWork> works(job.regions.size());
  workers.for_each(works.size(), [&](std::size_t p) {
    if (stop != nullptr && stop->load() != 0) return;
    works[p] = work_of(job, static_cast<std::int64_t>(p), map);
  });
  if (stop != nullptr && stop->load() != 0) throw Interrupted(stop->load());
  return works;
}

std::uint64_t ceil_share(std::uint64_t work, std::int64_t of) {
  const auto parts = static_cast<std::uint64_t>(of);
  return (work + parts - 1) / parts;
}

}  // namespace

LayerAnalysis analyse(const workloads::QuantisedLayer& layer, const memory::Architecture& arch,
                      int threads, const std::atomic<int>* stop) {
  const LayerJob job(layer, arch, false);
  pe::Workers workers(threads);
  LayerAnalysis result;
  LayerMapping& mapping = result.mapping;
  mapping.kc = job.tiling().kc;
  mapping.k_groups = job.tiles().front().groups();
  mapping.temporal_tiles = std::ssize(job.tiling().tiles);
  std::uint64_t pairs = 0, steps = 0;
  const memory::WeightStream* seen = nullptr;
  for (const pe::TileJob& tile : job.tiles()) {
    if (tile.stream != seen) add_blocks(mapping, *tile.stream, arch.weight_fifo_entries);
    seen = tile.stream;
    add_tile(mapping, tile);
    const auto works = works_of(tile, workers, stop);
    for (const PeWork& work : works) {
      pairs += work.pairs;
      for (const std::uint64_t n : work.steps) steps += n;
      mapping.stored_inputs += work.stored;
      mapping.fullest_input = std::max(mapping.fullest_input, work.stored);
    }
    const std::size_t groups = tile.stream->groups();
    result.bounds.steps += busiest(works, &PeWork::steps, groups);
    result.bounds.banks += busiest(works, &PeWork::cycles, groups);
    result.bounds.weights += supply_cycles(tile);
    result.bounds.drain += drain_of(tile);
  }
  result.bounds.full_vectors = ceil_share(pairs, arch.pe_count() * arch.F * arch.I);
  result.bounds.mean_steps = ceil_share(steps, arch.pe_count());
  return result;
}

}  // namespace scnn::sim
