#include "sim/step_bypass.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include "memory/iaram.hpp"
#include "pe/activation_tile.hpp"
#include "pe/coordinates.hpp"
#include "sim/layer_job.hpp"

namespace scnn::sim {
namespace {

/// A stored activation with what its products' addresses need of it.
struct Activation {
  std::int64_t term;
  const pe::Outcome* rows;
  const pe::Outcome* cols;
  bool zero;
};

/// Counts the addresses that the steps of one PE touch in one tile.
class PeCount {
 public:
  PeCount(const pe::TileJob& job, std::int64_t pe, std::uint64_t window)
      : job_(job),
        window_(window),
        tables_(job, pe),
        step_of_(static_cast<std::size_t>(job.window_entries()), 0) {
    buffer_.load(pe::activation_layout(job, pe), *job.input);
    for (const auto& a : buffer_.elements())
      activations_.push_back({tables_.activation_term(a), tables_.row_outcomes(a),
                              tables_.col_outcomes(a), a.value == 0});
  }

  StepWrites count() {
    const memory::WeightStream& stream = *job_.stream;
    for (std::size_t b = 0; b < stream.blocks.size(); ++b) {
      const std::size_t source = b % stream.blocks_per_group;
      // The next K-group has other outputs at the same addresses.
      if (source == 0) steps_ = (steps_ / window_ + 1) * window_ - 1;
      const auto stored =
          std::span(activations_).subspan(buffer_.first_of(source), buffer_.block(source).size());
      if (!stored.empty()) count_block(stream.blocks[b], stored);
    }
    return writes_;
  }

 private:
  void count_block(const memory::BlockVectors& block, std::span<const Activation> stored) {
    const auto I = static_cast<std::size_t>(job_.arch->I);
    const auto run = static_cast<std::uint32_t>(job_.arch->weight_fifo_entries);
    const std::uint32_t end = block.first + block.count;
    for (std::uint32_t first = block.first; first < end; first += std::min(run, end - first))
      for (std::size_t a = 0; a < stored.size(); a += I)
        for (std::uint32_t j = first; j < first + std::min(run, end - first); ++j)
          count_step(job_.stream->weights_of(job_.stream->vectors[j]),
                     stored.subspan(a, std::min(I, stored.size() - a)));
  }

  void count_step(std::span<const sparse::StoredWeight> weights,
                  std::span<const Activation> activations) {
    const std::uint64_t window = ++steps_ / window_ + 1;
    for (const auto& w : weights) {
      if (w.value == 0) continue;
      const std::int64_t term = pe::weight_term(*job_.shape, job_.tile, w);
      for (const Activation& a : activations) {
        if (a.zero || std::max(a.rows[w.r], a.cols[w.s]) != pe::Outcome::update) continue;
        std::uint64_t& last = step_of_[static_cast<std::size_t>(a.term + term)];
        ++writes_.updates;
        if (last != window) ++writes_.combined;
        last = window;
      }
    }
  }

  const pe::TileJob& job_;
  std::uint64_t window_;  ///< steps whose updates are combined
  pe::CoordinateTables tables_;
  memory::ActivationBuffer buffer_;
  std::vector<Activation> activations_;
  std::vector<std::uint64_t> step_of_;  ///< window that last touched an entry
  std::uint64_t steps_ = 0;
  StepWrites writes_;
};

}  // namespace

StepWrites step_writes(const workloads::QuantisedLayer& layer, const memory::Architecture& arch,
                       std::uint64_t window) {
  const LayerJob job(layer, arch, false);
  StepWrites writes;
  for (const pe::TileJob& tile : job.tiles())
    for (std::int64_t pe = 0; pe < arch.pe_count(); ++pe) {
      const StepWrites one = PeCount(tile, pe, window).count();
      writes.updates += one.updates;
      writes.combined += one.combined;
    }
  return writes;
}

std::uint64_t step_bypass_writes(const workloads::QuantisedLayer& layer,
                                 const memory::Architecture& arch) {
  return step_writes(layer, arch, 1).combined;
}

}  // namespace scnn::sim
