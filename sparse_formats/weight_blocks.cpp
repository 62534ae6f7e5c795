#include "sparse_formats/weight_blocks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sparse_formats/error.hpp"
#include "sparse_formats/run_length.hpp"

namespace scnn::sparse {
namespace {

/// The kernel rows and columns of every phase, computed once per layer.
struct PhaseKernel {
  std::vector<std::int32_t> rows, cols;
  [[nodiscard]] std::int64_t positions() const {
    return static_cast<std::int64_t>(rows.size() * cols.size());
  }
};

PhaseKernel phase_kernel(const WeightLayout& layout, std::int64_t phase) {
  const LayerShape& s = layout.shape;
  return {kernel_positions(s.R, s.dilation_h, layout.split.h, phase / layout.split.w),
          kernel_positions(s.S, s.dilation_w, layout.split.w, phase % layout.split.w)};
}

std::int64_t unit_of(Granularity g, const PhaseKernel& kernel) {
  switch (g) {
    case Granularity::fine:
      return kernel.positions() > 0 ? 1 : 0;
    case Granularity::vector:
      return kernel.rows.empty() ? 0 : std::ssize(kernel.cols);
    case Granularity::kernel:
    case Granularity::filter:
      return kernel.positions();
  }
  return 0;
}

/// Coordinates of position `n` of a block: k outermost, then r, then s.
StoredWeight at_position(const PhaseKernel& kernel, std::int64_t n) {
  const std::int64_t per_k = kernel.positions();
  const auto cols = std::ssize(kernel.cols);
  const std::int64_t in_kernel = n % per_k;
  StoredWeight w;
  w.k = static_cast<std::uint16_t>(n / per_k);
  w.r = static_cast<std::uint16_t>(kernel.rows[static_cast<std::size_t>(in_kernel / cols)]);
  w.s = static_cast<std::uint16_t>(kernel.cols[static_cast<std::size_t>(in_kernel % cols)]);
  return w;
}

/// Encodes the blocks of one layer one after the other into the flat arrays.
class LayerEncoder {
 public:
  LayerEncoder(const WeightLayout& layout, const Tensor<std::int16_t>& weights)
      : weights_(weights) {
    out_.layout = layout;
    for (std::int64_t ph = 0; ph < layout.split.count(); ++ph)
      kernels_.push_back(phase_kernel(layout, ph));
    if (layout.granularity == Granularity::filter) find_live_filters();
  }

  EncodedWeights encode() {
    const std::size_t blocks = out_.layout.block_count();
    out_.value_offsets.assign(1, 0);
    out_.run_offsets.assign(1, 0);
    for (std::size_t b = 0; b < blocks; ++b) {
      encode_block(place_of(out_.layout, b));
      out_.value_offsets.push_back(out_.values.size());
      out_.run_offsets.push_back(out_.runs.size());
    }
    return std::move(out_);
  }

 private:
  void find_live_filters() {
    const auto per_filter = weights_.size() / static_cast<std::size_t>(out_.layout.shape.K);
    for (std::size_t k = 0; k < static_cast<std::size_t>(out_.layout.shape.K); ++k) {
      auto filter = weights_.values().subspan(k * per_filter, per_filter);
      live_filters_.push_back(std::any_of(filter.begin(), filter.end(), [](auto w) { return w; }));
    }
  }

  void gather(const BlockPlace& place, const PhaseKernel& kernel) {
    const WeightLayout& layout = out_.layout;
    const std::int64_t first_k =
        place.conv_group * layout.shape.group_K() + place.kgroup * layout.kc;
    dense_.clear();
    for (std::int64_t k = 0; k < layout.kgroup_channels(place.kgroup); ++k)
      for (std::int32_t r : kernel.rows)
        for (std::int32_t s : kernel.cols)
          dense_.push_back(weights_.at(first_k + k, place.channel, r, s));
  }

  [[nodiscard]] bool survives(const BlockPlace& place, std::int64_t grain,
                              std::span<const std::int16_t> weights) const {
    if (!out_.layout.skip_zeros) return true;
    if (out_.layout.granularity == Granularity::filter) {
      const std::int64_t k =
          place.conv_group * out_.layout.shape.group_K() + place.kgroup * out_.layout.kc + grain;
      return live_filters_[static_cast<std::size_t>(k)];
    }
    return std::any_of(weights.begin(), weights.end(), [](auto w) { return w != 0; });
  }

  void encode_block(const BlockPlace& place) {
    const PhaseKernel& kernel = kernels_[static_cast<std::size_t>(place.phase)];
    const std::int64_t unit = unit_of(out_.layout.granularity, kernel);
    if (unit == 0) return;
    gather(place, kernel);
    const bool indexed = block_has_indices(out_.layout.granularity, place);
    RunEncoder encoder(out_.layout.index_bits);
    auto record = [&](std::uint16_t run) {
      if (indexed) out_.runs.push_back(run);
    };
    const auto step = static_cast<std::size_t>(unit);
    for (std::size_t at = 0; at < dense_.size(); at += step) {
      const auto grain = std::span<const std::int16_t>(dense_).subspan(at, step);
      if (!survives(place, static_cast<std::int64_t>(at / step), grain)) {
        encoder.drop();
        continue;
      }
      encoder.store(
          [&](std::uint16_t run) {
            record(run);
            out_.values.insert(out_.values.end(), step, 0);
          },
          [&](std::uint16_t run) {
            record(run);
            out_.values.insert(out_.values.end(), grain.begin(), grain.end());
          });
    }
  }

  const Tensor<std::int16_t>& weights_;
  EncodedWeights out_;
  std::vector<PhaseKernel> kernels_;
  std::vector<bool> live_filters_;
  std::vector<std::int16_t> dense_;
};

[[noreturn]] void throw_block(std::size_t block, const std::string& what) {
  throw InputError("", fmt::format("block {}: {}", block, what));
}

}  // namespace

std::int64_t WeightLayout::kgroup_channels(std::int64_t g) const {
  return std::min(kc, shape.group_K() - g * kc);
}

std::size_t WeightLayout::block_count() const {
  return static_cast<std::size_t>(shape.groups * kgroups() * shape.group_C() * split.count());
}

BlockPlace place_of(const WeightLayout& layout, std::size_t block) {
  auto n = static_cast<std::int64_t>(block);
  BlockPlace place;
  place.phase = n % layout.split.count();
  n /= layout.split.count();
  place.channel = n % layout.shape.group_C();
  n /= layout.shape.group_C();
  place.kgroup = n % layout.kgroups();
  place.conv_group = n / layout.kgroups();
  return place;
}

std::uint64_t EncodedWeights::index_bits() const {
  return runs.size() * static_cast<std::uint64_t>(layout.index_bits);
}

std::uint64_t EncodedWeights::footprint_bits() const {
  return values.size() * static_cast<std::uint64_t>(layout.weight_bits) + index_bits();
}

EncodedWeights encode_weights(const WeightLayout& layout, const Tensor<std::int16_t>& weights) {
  return LayerEncoder(layout, weights).encode();
}

std::int64_t block_unit(const WeightLayout& layout, std::int64_t phase) {
  return unit_of(layout.granularity, phase_kernel(layout, phase));
}

void decode_block(const EncodedWeights& encoded, std::size_t block,
                  std::vector<StoredWeight>& out) {
  const WeightLayout& layout = encoded.layout;
  const BlockPlace place = place_of(layout, block);
  const PhaseKernel kernel = phase_kernel(layout, place.phase);
  const std::int64_t unit = unit_of(layout.granularity, kernel);
  const std::uint64_t first = encoded.value_offsets[block];
  const std::uint64_t count = encoded.value_offsets[block + 1] - first;
  if (unit == 0) {
    if (count != 0) throw_block(block, "values in a phase that has no weights");
    return;
  }
  // The indices of a filter encoding stand in the K-group's first block.
  std::size_t indexed = block;
  if (!block_has_indices(layout.granularity, place))
    indexed -= static_cast<std::size_t>(place.channel * layout.split.count() + place.phase);
  const std::uint64_t first_run = encoded.run_offsets[indexed];
  const std::uint64_t grains = encoded.run_offsets[indexed + 1] - first_run;
  const auto per_grain = static_cast<std::uint64_t>(unit);
  if (count != grains * per_grain)
    throw_block(block, fmt::format("{} values for {} indices, expected {}", count, grains,
                                   grains * per_grain));
  const std::int64_t positions = layout.kgroup_channels(place.kgroup) * kernel.positions();
  std::int64_t position = 0;
  for (std::uint64_t n = 0; n < grains; ++n) {
    position += encoded.runs[first_run + n] * unit;
    if (position >= positions)
      throw_block(block,
                  fmt::format("runs reach position {}, expected below {}", position, positions));
    for (std::int64_t u = 0; u < unit; ++u, ++position) {
      StoredWeight w = at_position(kernel, position);
      w.value = encoded.values[first + n * per_grain + static_cast<std::uint64_t>(u)];
      out.push_back(w);
    }
  }
}

Tensor<std::int16_t> decode_weights(const EncodedWeights& encoded) {
  const LayerShape& s = encoded.layout.shape;
  Tensor<std::int16_t> weights({s.K, s.group_C(), s.R, s.S});
  std::vector<StoredWeight> stored;
  for (std::size_t b = 0; b < encoded.layout.block_count(); ++b) {
    const BlockPlace place = place_of(encoded.layout, b);
    stored.clear();
    decode_block(encoded, b, stored);
    const std::int64_t first_k = place.conv_group * s.group_K() + place.kgroup * encoded.layout.kc;
    for (const StoredWeight& w : stored)
      weights.at(first_k + w.k, place.channel, w.r, w.s) = w.value;
  }
  return weights;
}

}  // namespace scnn::sparse
