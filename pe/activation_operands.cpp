#include "pe/activation_operands.hpp"

#include <algorithm>

#include "pe/coordinates.hpp"
#include "pe/step_tables.hpp"

namespace scnn::pe {

namespace {

/// What becomes of activations by their place in a PE's part of the tile: the same in all channels.
class PlaceTable {
 public:
  PlaceTable(const TileJob& job, std::int64_t pe)
      : inputs_(job.regions[static_cast<std::size_t>(pe)].inputs) {
    const LayerShape& s = *job.shape;
    const CoordinateTables coordinates(job, pe);
    const sparse::PhaseSplit split = phase_split(s, *job.arch);
    operands_.reserve(static_cast<std::size_t>(inputs_.area()));
    for (std::int64_t y = inputs_.rows.begin; y < inputs_.rows.end; ++y)
      for (std::int64_t x = inputs_.cols.begin; x < inputs_.cols.end; ++x) {
        const auto phase = static_cast<std::size_t>(
            split.number((y + s.pad_top) % split.h, (x + s.pad_left) % split.w));
        const std::size_t c = job.tables->classes().of(phase, y, x);
        const sparse::StoredActivation a{1, static_cast<std::int32_t>(y),
                                         static_cast<std::int32_t>(x)};
        operands_.push_back({static_cast<std::uint32_t>(c),
                             job.tables->usable()
                                 ? job.tables->row_offset(c, coordinates.window_row(a),
                                                          coordinates.window_column(a))
                                 : 0});
      }
  }
  [[nodiscard]] const ActivationOperand& of(const sparse::StoredActivation& a) const {
    return operands_[static_cast<std::size_t>((a.y - inputs_.rows.begin) * inputs_.cols.size() +
                                              a.x - inputs_.cols.begin)];
  }

 private:
  Rect inputs_;
  std::vector<ActivationOperand> operands_;
};

}  // namespace

void ActivationOperands::load(const TileJob& job, std::int64_t pe,
                              const memory::ActivationBuffer& activations) {
  const PlaceTable places(job, pe);
  const auto I = static_cast<std::size_t>(job.arch->I);
  // One more: an operand is written before it is known to count.
  operands_.resize(activations.elements().size() + 1);
  ActivationOperand* end = operands_.data();
  const auto loaded = [&] { return static_cast<std::uint32_t>(end - operands_.data()); };
  block_first_.assign(1, 0);
  block_vectors_.assign(1, 0);
  vector_first_.assign(1, 0);
  for (std::size_t b = 0; b < job.stream->blocks_per_group; ++b) {
    const auto stored = activations.block(b);
    for (std::size_t first = 0; first < stored.size(); first += I) {
      for (const auto& a : stored.subspan(first, std::min(I, stored.size() - first))) {
        *end = places.of(a);
        end += a.value != 0 ? 1 : 0;
      }
      vector_first_.push_back(loaded());
    }
    block_first_.push_back(loaded());
    block_vectors_.push_back(static_cast<std::uint32_t>(vector_first_.size() - 1));
  }
}

}  // namespace scnn::pe
