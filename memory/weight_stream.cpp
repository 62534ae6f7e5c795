#include "memory/weight_stream.hpp"

#include <algorithm>

namespace scnn::memory {

WeightStream make_weight_stream(const sparse::EncodedWeights& encoded, std::int64_t conv_group,
                                std::int64_t F) {
  const sparse::WeightLayout& layout = encoded.layout;
  WeightStream stream;
  stream.blocks_per_group = static_cast<std::size_t>(layout.shape.group_C() * layout.split.count());
  const std::size_t blocks = stream.blocks_per_group * static_cast<std::size_t>(layout.kgroups());
  const std::size_t first_block = static_cast<std::size_t>(conv_group) * blocks;
  const std::uint64_t stored =
      encoded.value_offsets[first_block + blocks] - encoded.value_offsets[first_block];
  stream.weights.reserve(stored);
  stream.blocks.reserve(blocks);
  const std::uint64_t most_vectors = stored / static_cast<std::uint64_t>(F) + blocks;
  stream.vectors.reserve(most_vectors);
  stream.bits.reserve(most_vectors);
  std::vector<std::int64_t> units;
  for (std::int64_t ph = 0; ph < layout.split.count(); ++ph)
    units.push_back(sparse::block_unit(layout, ph));

  const sparse::WeightDecoder decoder(encoded);
  std::uint64_t bits_before = 0;
  for (std::size_t b = 0; b < blocks; ++b) {
    if (b % stream.blocks_per_group == 0)
      stream.group_first.push_back(static_cast<std::uint32_t>(stream.vectors.size()));
    const sparse::BlockPlace place = sparse::place_of(layout, first_block + b);
    const std::size_t first = stream.weights.size();
    decoder.decode(first_block + b, stream.weights);
    const std::size_t count = stream.weights.size() - first;
    const bool indexed = sparse::block_has_indices(layout.granularity, place);
    const std::int64_t unit = units[static_cast<std::size_t>(place.phase)];
    auto bits_of = [&](std::uint64_t n) {
      const std::uint64_t indices = !indexed || n == 0 ? 0
                                    : unit == 1        ? n
                                                       : sparse::indices_within(n, unit);
      return n * static_cast<std::uint64_t>(layout.weight_bits) +
             indices * static_cast<std::uint64_t>(layout.index_bits);
    };
    BlockVectors block;
    block.first = static_cast<std::uint32_t>(stream.vectors.size());
    for (std::size_t at = 0; at < count; at += static_cast<std::size_t>(F)) {
      const std::size_t n = std::min(static_cast<std::size_t>(F), count - at);
      stream.vectors.push_back(
          {static_cast<std::uint32_t>(first + at), static_cast<std::uint32_t>(n)});
      stream.bits.push_back(bits_before + bits_of(at + n));
      ++block.count;
    }
    const auto weights = std::span(stream.weights).subspan(first);
    block.nonzero = static_cast<std::uint32_t>(
        std::count_if(weights.begin(), weights.end(), [](const auto& w) { return w.value != 0; }));
    stream.blocks.push_back(block);
    bits_before += bits_of(count);
    if (indexed && count > 0)
      stream.index_bits +=
          sparse::indices_within(count, unit) * static_cast<std::uint64_t>(layout.index_bits);
  }
  stream.group_first.push_back(static_cast<std::uint32_t>(stream.vectors.size()));
  return stream;
}

}  // namespace scnn::memory
