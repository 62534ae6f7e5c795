#include "memory/weight_stream.hpp"

#include <algorithm>

namespace scnn::memory {
namespace {

/// Lays out a stream block by block, then fills in the blocks, each by itself.
class StreamMaker {
 public:
  StreamMaker(const sparse::EncodedWeights& encoded, std::int64_t conv_group, std::int64_t F)
      : layout_(encoded.layout),
        decoder_(encoded),
        F_(static_cast<std::size_t>(F)),
        conv_group_(conv_group) {
    for (std::int64_t ph = 0; ph < layout_.split.count(); ++ph)
      units_.push_back(sparse::block_unit(layout_, ph));
    stream_.blocks_per_group =
        static_cast<std::size_t>(layout_.shape.group_C() * layout_.split.count());
    const std::size_t blocks =
        stream_.blocks_per_group * static_cast<std::size_t>(layout_.kgroups());
    first_block_ = static_cast<std::size_t>(conv_group) * blocks;
    place_blocks(blocks);
  }

  WeightStream make(const ForEach& for_each) {
    const std::size_t groups = stream_.groups(), parts = for_each.parts(groups);
    for_each.run(parts, [&](std::size_t p) {
      const std::size_t end = groups * (p + 1) / parts;
      for (std::size_t g = groups * p / parts; g < end; ++g)
        visit_blocks([&](std::size_t b, std::size_t channel, std::size_t phase) {
          fill(g * stream_.blocks_per_group + b, cost_of(b, phase),
               {conv_group_, static_cast<std::int64_t>(g), static_cast<std::int64_t>(channel),
                static_cast<std::int64_t>(phase)});
        });
    });
    return std::move(stream_);
  }

 private:
  /// What stored weights of a block take in the footprint.
  struct Cost {
    std::uint64_t weight_bits = 0;
    std::uint64_t index_bits = 0;  ///< 0 without indices
    std::int64_t unit = 1;         ///< weights of a grain
    /// Of the first `n`.
    [[nodiscard]] std::uint64_t indices(std::uint64_t n) const {
      if (index_bits == 0) return 0;
      return (unit == 1 ? n : sparse::indices_within(n, unit)) * index_bits;
    }
    [[nodiscard]] std::uint64_t bits(std::uint64_t n) const { return n * weight_bits + indices(n); }
  };

  /// \param block  of its K-group
  [[nodiscard]] Cost cost_of(std::size_t block, std::size_t phase) const {
    Cost cost;
    cost.weight_bits = static_cast<std::uint64_t>(layout_.weight_bits);
    cost.unit = units_[phase];
    if (cost.unit > 0 && (layout_.granularity != Granularity::filter || block == 0))
      cost.index_bits = static_cast<std::uint64_t>(layout_.index_bits);
    return cost;
  }

  /// Calls `visit(block, channel, phase)` for the blocks of a K-group, in order.
  template <class Visit>
  void visit_blocks(Visit&& visit) const {
    std::size_t b = 0;
    for (std::size_t channel = 0; b < stream_.blocks_per_group; ++channel)
      for (std::size_t phase = 0; phase < units_.size(); ++phase, ++b) visit(b, channel, phase);
  }

  void place_blocks(std::size_t blocks) {
    stream_.blocks.resize(blocks);
    weights_before_.resize(blocks);
    bits_before_.resize(blocks);
    std::size_t weights = 0, vectors = 0;
    std::uint64_t bits = 0;
    for (std::size_t first = 0; first < blocks; first += stream_.blocks_per_group) {
      stream_.group_first.push_back(static_cast<std::uint32_t>(vectors));
      visit_blocks([&](std::size_t b, std::size_t /*channel*/, std::size_t phase) {
        const std::size_t stored = decoder_.stored(first_block_ + first + b);
        BlockVectors& block = stream_.blocks[first + b];
        block.first = static_cast<std::uint32_t>(vectors);
        block.count = static_cast<std::uint32_t>((stored + F_ - 1) / F_);
        weights_before_[first + b] = weights;
        bits_before_[first + b] = bits;
        const Cost cost = cost_of(b, phase);
        weights += stored;
        vectors += block.count;
        bits += cost.bits(stored);
        stream_.index_bits += cost.indices(stored);
      });
    }
    stream_.group_first.push_back(static_cast<std::uint32_t>(vectors));
    stream_.weights.resize(weights);
    stream_.vectors.resize(vectors);
    stream_.bits.resize(vectors);
  }

  void fill(std::size_t b, const Cost& cost, const sparse::BlockPlace& place) {
    BlockVectors& block = stream_.blocks[b];
    const std::size_t first = weights_before_[b], count = decoder_.stored(first_block_ + b);
    sparse::StoredWeight* const weights = stream_.weights.data() + first;
    block.nonzero = static_cast<std::uint32_t>(decoder_.decode(first_block_ + b, place, weights));
    WeightVector* const vectors = stream_.vectors.data() + block.first;
    std::uint64_t* const bits = stream_.bits.data() + block.first;
    for (std::size_t v = 0, n = 0; v < block.count; ++v) {
      const std::size_t some = std::min(F_, count - n);
      vectors[v] = {static_cast<std::uint32_t>(first + n), static_cast<std::uint32_t>(some)};
      n += some;
      bits[v] = bits_before_[b] + cost.bits(n);
    }
  }

  const sparse::WeightLayout& layout_;
  const sparse::WeightDecoder decoder_;
  std::size_t F_;
  std::int64_t conv_group_;
  std::size_t first_block_ = 0;      ///< of the convolution group
  std::vector<std::int64_t> units_;  ///< of a grain, by phase
  WeightStream stream_;
  std::vector<std::size_t> weights_before_;  ///< each block
  std::vector<std::uint64_t> bits_before_;
};

}  // namespace

WeightStream make_weight_stream(const sparse::EncodedWeights& encoded, std::int64_t conv_group,
                                std::int64_t F, const ForEach& for_each) {
  return StreamMaker(encoded, conv_group, F).make(for_each);
}

}  // namespace scnn::memory
