/// Walks over the steps of a PE in the order of machine.md S15, beside the machine and
/// without its time: which products meet in a step depends on the mapping and the blocks only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "memory/activation_buffer.hpp"
#include "pe/activation_tile.hpp"
#include "pe/coordinates.hpp"
#include "pe/tile_job.hpp"

namespace scnn::sim {

/// The steps of one PE in one tile.
class StepWalk {
 public:
  StepWalk(const pe::TileJob& job, std::int64_t pe) : job_(job), tables_(job, pe) {
    buffer_.load(pe::activation_layout(job, pe), *job.input);
    for (const auto& a : buffer_.elements())
      activations_.push_back({tables_.activation_term(a), tables_.row_outcomes(a),
                              tables_.col_outcomes(a), a.value == 0});
  }

  /// Stored elements of the PE's tile.
  [[nodiscard]] std::size_t stored() const { return activations_.size(); }
  /// Stored elements of input channel and phase `source`.
  [[nodiscard]] std::size_t stored(std::size_t source) const {
    return buffer_.block(source).size();
  }

  /// Calls `begin_group(g)` for every K-group, `begin_step()` for each of its steps, and
  /// `update(address)` for every product of the step that reaches an accumulator.
  template <class Visitor>
  void visit(Visitor& visitor) const {
    const memory::WeightStream& stream = *job_.stream;
    for (std::size_t b = 0; b < stream.blocks.size(); ++b) {
      const std::size_t source = b % stream.blocks_per_group;
      if (source == 0) visitor.begin_group(b / stream.blocks_per_group);
      const auto stored =
          std::span(activations_).subspan(buffer_.first_of(source), buffer_.block(source).size());
      if (!stored.empty()) visit_block(stream.blocks[b], stored, visitor);
    }
  }

 private:
  /// A stored activation with what its products' addresses need of it.
  struct Activation {
    std::int64_t term;
    const pe::Outcome* rows;
    const pe::Outcome* cols;
    bool zero;
  };

  template <class Visitor>
  void visit_block(const memory::BlockVectors& block, std::span<const Activation> stored,
                   Visitor& visitor) const {
    const auto I = static_cast<std::size_t>(job_.arch->I);
    const auto run = static_cast<std::uint32_t>(job_.arch->weight_fifo_entries);
    const std::uint32_t end = block.first + block.count;
    for (std::uint32_t first = block.first; first < end; first += std::min(run, end - first))
      for (std::size_t a = 0; a < stored.size(); a += I)
        for (std::uint32_t j = first; j < first + std::min(run, end - first); ++j)
          visit_step(job_.stream->weights_of(job_.stream->vectors[j]),
                     stored.subspan(a, std::min(I, stored.size() - a)), visitor);
  }

  template <class Visitor>
  void visit_step(std::span<const sparse::StoredWeight> weights,
                  std::span<const Activation> activations, Visitor& visitor) const {
    visitor.begin_step();
    for (const auto& w : weights) {
      if (w.value == 0) continue;
      const std::int64_t term = pe::weight_term(*job_.shape, job_.tile, w);
      for (const Activation& a : activations)
        if (!a.zero && std::max(a.rows[w.r], a.cols[w.s]) == pe::Outcome::update)
          visitor.update(a.term + term);
    }
  }

  const pe::TileJob& job_;
  pe::CoordinateTables tables_;
  memory::ActivationBuffer buffer_;
  std::vector<Activation> activations_;
};

}  // namespace scnn::sim
