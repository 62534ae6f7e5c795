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

namespace {

/// Appends blocks to flat arrays. Whether an element is zero is as good as random, so
/// elements are written without asking and the end moves on only past those that count.
class BlockWriter {
 public:
  BlockWriter(EncodedActivations& out, std::size_t elements) : out_(out) {
    out_.values.resize(elements);
    out_.runs.resize(elements);
  }

  void begin_block() { dropped_ = 0; }
  void put(std::int16_t v, bool store, std::int64_t limit) {
    if (store && dropped_ > limit) bridge(limit);
    out_.values[end_] = v;
    out_.runs[end_] = static_cast<std::uint16_t>(dropped_);
    end_ += store ? 1 : 0;
    dropped_ = store ? 0 : dropped_ + 1;
  }
  void end_block() { out_.offsets.push_back(static_cast<std::uint32_t>(end_)); }
  void finish() {
    out_.values.resize(end_);
    out_.runs.resize(end_);
  }

 private:
  /// Placeholders never outnumber the zeros they stand for, so there is room.
  void bridge(std::int64_t limit) {
    for (; dropped_ > limit; dropped_ -= limit + 1) {
      out_.values[end_] = 0;
      out_.runs[end_++] = static_cast<std::uint16_t>(limit);
    }
  }

  EncodedActivations& out_;
  std::size_t end_ = 0;
  std::int64_t dropped_ = 0;
};

}  // namespace

EncodedActivations encode_activations(const ActivationLayout& layout,
                                      const Tensor<std::int16_t>& input) {
  EncodedActivations out;
  out.layout = layout;
  out.offsets.assign(1, 0);
  const auto tiles = phase_tiles(layout);
  const std::int64_t first_channel = layout.conv_group * layout.shape.group_C();
  const std::int64_t limit = max_run(layout.index_bits);
  const std::int64_t rows = layout.y_end - layout.y_begin, cols = layout.x_end - layout.x_begin;
  const std::int64_t elements = rows > 0 && cols > 0 ? rows * cols * layout.shape.group_C() : 0;
  // One more: an element that is not stored is written all the same.
  BlockWriter writer(out, static_cast<std::size_t>(elements) + 1);
  for (std::int64_t c = 0; c < layout.shape.group_C(); ++c)
    for (const PhaseTile& tile : tiles) {
      writer.begin_block();
      for (std::int32_t y : tile.rows) {
        const std::int16_t* row = input.data().data() + input.index(0, first_channel + c, y, 0);
        for (std::int32_t x : tile.cols)
          writer.put(row[x], row[x] != 0 || !layout.skip_zeros, limit);
      }
      writer.end_block();
    }
  writer.finish();
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
