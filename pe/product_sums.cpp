#include "pe/product_sums.hpp"

namespace scnn::pe {

void ProductSums::load(const TileJob& job, std::int64_t pe,
                       const memory::ActivationBuffer& activations) {
  coordinates_.emplace(job, pe);
  operands_.clear();
  block_first_.assign(1, 0);
  for (std::size_t b = 0; b < job.stream->blocks_per_group; ++b) {
    for (const auto& a : activations.block(b))
      if (a.value != 0)
        operands_.push_back({a.value, coordinates_->activation_term(a),
                             coordinates_->row_outcomes(a), coordinates_->col_outcomes(a)});
    block_first_.push_back(operands_.size());
  }
  weight_term_.clear();
  for (std::int64_t r = 0; r < job.shape->R; ++r)
    for (std::int64_t s = 0; s < job.shape->S; ++s)
      weight_term_.push_back(
          weight_term(*job.shape, job.tile,
                      {0, 0, static_cast<std::uint16_t>(r), static_cast<std::uint16_t>(s)}));
}

void ProductSums::add_group(const TileJob& job, std::int64_t group,
                            std::span<std::int64_t> sums) const {
  const memory::WeightStream& stream = *job.stream;
  const auto blocks = stream.group_blocks(static_cast<std::size_t>(group));
  const std::int64_t channel = job.tile.HA * job.tile.WA;
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    const auto operands =
        std::span(operands_).subspan(block_first_[b], block_first_[b + 1] - block_first_[b]);
    if (operands.empty()) continue;
    for (std::uint32_t v = 0; v < blocks[b].count; ++v)
      for (const auto& w : stream.weights_of(stream.vectors[blocks[b].first + v])) {
        const std::int64_t term =
            w.k * channel + weight_term_[w.r * static_cast<std::size_t>(job.shape->S) + w.s];
        for (const Operand& a : operands)
          if (a.rows[w.r] == Outcome::update && a.columns[w.s] == Outcome::update)
            sums[static_cast<std::size_t>(a.term + term)] += a.value * w.value;
      }
  }
}

}  // namespace scnn::pe
