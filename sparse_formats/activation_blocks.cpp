#include "sparse_formats/activation_blocks.hpp"

#include <fmt/format.h>

#include <algorithm>

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

/// The elements of a block, in order.
void gather(const std::int16_t* plane, std::int64_t width, const PhaseTile& tile,
            std::vector<std::int16_t>& dense) {
  dense.resize(tile.rows.size() * tile.cols.size());
  std::int16_t* out = dense.data();
  for (std::int32_t y : tile.rows) {
    const std::int16_t* row = plane + y * width;
    for (std::int32_t x : tile.cols) *out++ = row[x];
  }
}

}  // namespace

EncodedActivations encode_activations(const ActivationLayout& layout,
                                      const Tensor<std::int16_t>& input) {
  EncodedActivations out;
  out.layout = layout;
  out.offsets.assign(1, 0);
  out.offsets.reserve(layout.block_count() + 1);
  const auto tiles = phase_tiles(layout);
  const std::int64_t first_channel = layout.conv_group * layout.shape.group_C();
  const std::int64_t rows = layout.y_end - layout.y_begin, cols = layout.x_end - layout.x_begin;
  const std::int64_t elements = rows > 0 && cols > 0 ? rows * cols * layout.shape.group_C() : 0;
  out.values.resize(static_cast<std::size_t>(elements) + SingleEncoder::kSlack);
  out.runs.resize(static_cast<std::size_t>(elements) + SingleEncoder::kSlack);
  SingleEncoder singles(layout.index_bits);
  std::vector<std::int16_t> dense;
  std::size_t end = 0;
  for (std::int64_t c = 0; c < layout.shape.group_C(); ++c) {
    const std::int16_t* plane = input.data().data() + input.index(0, first_channel + c, 0, 0);
    for (const PhaseTile& tile : tiles) {
      gather(plane, layout.shape.W, tile, dense);
      if (layout.skip_zeros) {
        end += singles.encode(dense, out.values.data() + end, out.runs.data() + end);
      } else {
        std::copy(dense.begin(), dense.end(), out.values.data() + end);
        end += dense.size();  // every run is 0
      }
      out.offsets.push_back(static_cast<std::uint32_t>(end));
    }
  }
  out.values.resize(end);
  out.runs.resize(end);
  return out;
}

std::vector<StoredActivation> decode_activations(const EncodedActivations& encoded) {
  std::vector<StoredActivation> out(encoded.values.size());
  // Where the positions of a phase's blocks are, listed once instead of divided each time.
  std::vector<std::vector<StoredActivation>> places;
  for (const PhaseTile& tile : phase_tiles(encoded.layout)) {
    places.emplace_back();
    for (std::int32_t y : tile.rows)
      for (std::int32_t x : tile.cols) places.back().push_back({0, y, x});
  }
  for (std::size_t b = 0; b < encoded.layout.block_count(); ++b) {
    const auto& place = places[b % places.size()];
    std::size_t position = 0;
    for (std::uint32_t i = encoded.offsets[b]; i < encoded.offsets[b + 1]; ++i, ++position) {
      position += encoded.runs[i];
      if (position >= place.size())
        throw InputError("", fmt::format("activation block {}: runs reach position {}, expected "
                                         "below {}",
                                         b, position, place.size()));
      out[i] = place[position];
      out[i].value = encoded.values[i];
    }
  }
  return out;
}

}  // namespace scnn::sparse
