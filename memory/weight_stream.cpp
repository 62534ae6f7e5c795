#include "memory/weight_stream.hpp"

#include <algorithm>

namespace scnn::memory {
namespace {

/// Lays out a stream block by block, then fills in the blocks, each by itself.
class StreamMaker {
 public:
  StreamMaker(const sparse::EncodedWeights& encoded, std::int64_t conv_group, std::int64_t F)
      : layout_(encoded.layout), decoder_(encoded), F_(static_cast<std::size_t>(F)) {
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
        for (std::size_t b = 0; b < stream_.blocks_per_group; ++b)
          fill(g * stream_.blocks_per_group + b, b);
    });
    return std::move(stream_);
  }

 private:
  /// \param block  of its K-group
  [[nodiscard]] bool indexed(std::size_t block) const {
    return layout_.granularity != Granularity::filter || block == 0;
  }
  /// Footprint of the first `n` weights of a block.
  [[nodiscard]] std::uint64_t bits_of(std::size_t block, std::uint64_t n) const {
    return n * static_cast<std::uint64_t>(layout_.weight_bits) + index_bits_of(block, n);
  }
  [[nodiscard]] std::uint64_t index_bits_of(std::size_t block, std::uint64_t n) const {
    if (!indexed(block) || n == 0) return 0;
    const std::int64_t unit = units_[block % units_.size()];
    return (unit == 1 ? n : sparse::indices_within(n, unit)) *
           static_cast<std::uint64_t>(layout_.index_bits);
  }

  void place_blocks(std::size_t blocks) {
    stream_.blocks.resize(blocks);
    weights_before_.reserve(blocks);
    bits_before_.reserve(blocks);
    std::size_t weights = 0, vectors = 0;
    std::uint64_t bits = 0;
    for (std::size_t g = 0; g * stream_.blocks_per_group < blocks; ++g) {
      stream_.group_first.push_back(static_cast<std::uint32_t>(vectors));
      for (std::size_t b = 0; b < stream_.blocks_per_group; ++b) {
        BlockVectors& block = stream_.blocks[weights_before_.size()];
        const std::size_t stored = decoder_.stored(first_block_ + weights_before_.size());
        block.first = static_cast<std::uint32_t>(vectors);
        block.count = static_cast<std::uint32_t>((stored + F_ - 1) / F_);
        weights_before_.push_back(weights);
        bits_before_.push_back(bits);
        weights += stored;
        vectors += block.count;
        bits += bits_of(b, stored);
        stream_.index_bits += index_bits_of(b, stored);
      }
    }
    stream_.group_first.push_back(static_cast<std::uint32_t>(vectors));
    stream_.weights.resize(weights);
    stream_.vectors.resize(vectors);
    stream_.bits.resize(vectors);
  }

  /// \param in_group  the block's number in its K-group
  void fill(std::size_t b, std::size_t in_group) {
    BlockVectors& block = stream_.blocks[b];
    const std::size_t first = weights_before_[b], count = decoder_.stored(first_block_ + b);
    sparse::StoredWeight* const weights = stream_.weights.data() + first;
    decoder_.decode(first_block_ + b, weights);
    for (std::size_t v = 0; v < block.count; ++v) {
      const std::size_t n = std::min(F_, count - v * F_);
      stream_.vectors[block.first + v] = {static_cast<std::uint32_t>(first + v * F_),
                                          static_cast<std::uint32_t>(n)};
      stream_.bits[block.first + v] = bits_before_[b] + bits_of(in_group, v * F_ + n);
    }
    block.nonzero = static_cast<std::uint32_t>(
        std::count_if(weights, weights + count, [](const auto& w) { return w.value != 0; }));
  }

  const sparse::WeightLayout& layout_;
  const sparse::WeightDecoder decoder_;
  std::size_t F_;
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
