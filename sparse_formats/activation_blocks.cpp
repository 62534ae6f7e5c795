#include "sparse_formats/activation_blocks.hpp"

#include <fmt/format.h>

#include "sparse_formats/error.hpp"
#include "sparse_formats/run_length.hpp"

namespace scnn::sparse {
namespace {

/// Rows and columns of the tile that belong to each phase.
struct PhaseTile {
  std::vector<std::int32_t> rows, cols;
};

std::vector<PhaseTile> phase_tiles(const ActivationLayout& a) {
  std::vector<PhaseTile> tiles;
  for (std::int64_t p = 0; p < a.split.h; ++p)
    for (std::int64_t q = 0; q < a.split.w; ++q)
      tiles.push_back({input_positions(a.y_begin, a.y_end, a.shape.pad_top, a.split.h, p),
                       input_positions(a.x_begin, a.x_end, a.shape.pad_left, a.split.w, q)});
  return tiles;
}

}  // namespace

EncodedActivations encode_activations(const ActivationLayout& layout,
                                      const Tensor<std::int16_t>& input) {
  EncodedActivations out;
  out.layout = layout;
  out.offsets.assign(1, 0);
  const auto tiles = phase_tiles(layout);
  const std::int64_t first_channel = layout.conv_group * layout.shape.group_C();
  for (std::int64_t c = 0; c < layout.shape.group_C(); ++c)
    for (const PhaseTile& tile : tiles) {
      RunEncoder encoder(layout.index_bits);
      auto emit = [&](std::int16_t value, std::uint16_t run) {
        out.values.push_back(value);
        out.runs.push_back(run);
      };
      for (std::int32_t y : tile.rows)
        for (std::int32_t x : tile.cols) {
          const std::int16_t v = input.at(first_channel + c, y, x);
          if (v == 0 && layout.skip_zeros)
            encoder.drop();
          else
            encoder.store([&](std::uint16_t run) { emit(0, run); },
                          [&](std::uint16_t run) { emit(v, run); });
        }
      out.offsets.push_back(static_cast<std::uint32_t>(out.values.size()));
    }
  return out;
}

std::vector<StoredActivation> decode_activations(const EncodedActivations& encoded) {
  std::vector<StoredActivation> out;
  out.reserve(encoded.values.size());
  const auto tiles = phase_tiles(encoded.layout);
  for (std::size_t b = 0; b < encoded.layout.block_count(); ++b) {
    const PhaseTile& tile = tiles[b % tiles.size()];
    const std::size_t positions = tile.rows.size() * tile.cols.size();
    std::size_t position = 0;
    for (std::uint32_t i = encoded.offsets[b]; i < encoded.offsets[b + 1]; ++i, ++position) {
      position += encoded.runs[i];
      if (position >= positions)
        throw InputError("", fmt::format("activation block {}: runs reach position {}, expected "
                                         "below {}",
                                         b, position, positions));
      out.push_back({encoded.values[i], tile.rows[position / tile.cols.size()],
                     tile.cols[position % tile.cols.size()]});
    }
  }
  return out;
}

}  // namespace scnn::sparse
