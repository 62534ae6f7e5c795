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
  std::vector<std::uint32_t> offsets;  ///< `r * S + s` of each position
  [[nodiscard]] std::int64_t positions() const {
    return static_cast<std::int64_t>(rows.size() * cols.size());
  }
};

PhaseKernel phase_kernel(const WeightLayout& layout, std::int64_t phase) {
  const LayerShape& s = layout.shape;
  PhaseKernel kernel{kernel_positions(s.R, s.dilation_h, layout.split.h, phase / layout.split.w),
                     kernel_positions(s.S, s.dilation_w, layout.split.w, phase % layout.split.w),
                     {}};
  for (std::int32_t r : kernel.rows)
    for (std::int32_t c : kernel.cols)
      kernel.offsets.push_back(static_cast<std::uint32_t>(r * s.S + c));
  return kernel;
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

/// Coordinates of the positions of a block: k outermost, then r, then s.
std::vector<StoredWeight> positions_of(const PhaseKernel& kernel, std::int64_t channels) {
  std::vector<StoredWeight> positions;
  for (std::int64_t k = 0; k < channels; ++k)
    for (std::int32_t r : kernel.rows)
      for (std::int32_t c : kernel.cols)
        positions.push_back({0, static_cast<std::uint16_t>(k), static_cast<std::uint16_t>(r),
                             static_cast<std::uint16_t>(c)});
  return positions;
}

/// Encodes the blocks of one layer one after the other into the flat arrays.
class LayerEncoder {
 public:
  LayerEncoder(const WeightLayout& layout, const Tensor<std::int16_t>& weights)
      : weights_(weights), singles_(layout.index_bits) {
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
    const auto channels = static_cast<std::size_t>(layout.kgroup_channels(place.kgroup));
    dense_.resize(channels * kernel.offsets.size());
    const auto per_filter =
        static_cast<std::size_t>(layout.shape.group_C() * layout.shape.R * layout.shape.S);
    const std::int16_t* filter =
        weights_.data().data() + weights_.index(first_k, place.channel, 0, 0);
    std::int16_t* out = dense_.data();
    for (std::size_t k = 0; k < channels; ++k, filter += per_filter)
      for (std::uint32_t offset : kernel.offsets) *out++ = filter[offset];
  }

  void encode_singles() {
    block_values_.resize(dense_.size());
    block_runs_.resize(dense_.size());
    const auto stored = static_cast<std::ptrdiff_t>(
        singles_.encode(dense_, block_values_.data(), block_runs_.data()));
    out_.values.insert(out_.values.end(), block_values_.begin(), block_values_.begin() + stored);
    out_.runs.insert(out_.runs.end(), block_runs_.begin(), block_runs_.begin() + stored);
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
    if (out_.layout.granularity == Granularity::fine && out_.layout.skip_zeros)
      return encode_singles();
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
  std::vector<std::int16_t> dense_;  ///< of the block at hand
  SingleEncoder singles_;
  std::vector<std::int16_t> block_values_;
  std::vector<std::uint16_t> block_runs_;
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

WeightDecoder::WeightDecoder(const EncodedWeights& encoded) : encoded_(&encoded) {
  for (std::int64_t ph = 0; ph < encoded.layout.split.count(); ++ph) {
    const PhaseKernel kernel = phase_kernel(encoded.layout, ph);
    phases_.push_back({positions_of(kernel, encoded.layout.kc),
                       static_cast<std::uint64_t>(kernel.positions()),
                       static_cast<std::uint64_t>(unit_of(encoded.layout.granularity, kernel))});
  }
}

void WeightDecoder::decode(std::size_t block, std::vector<StoredWeight>& out) const {
  const WeightLayout& layout = encoded_->layout;
  const BlockPlace place = place_of(layout, block);
  const Phase& phase = phases_[static_cast<std::size_t>(place.phase)];
  const std::uint64_t unit = phase.unit;
  const std::uint64_t first = encoded_->value_offsets[block];
  const std::uint64_t count = encoded_->value_offsets[block + 1] - first;
  if (unit == 0) {
    if (count != 0) throw_block(block, "values in a phase that has no weights");
    return;
  }
  // The indices of a filter encoding stand in the K-group's first block.
  std::size_t indexed = block;
  if (!block_has_indices(layout.granularity, place))
    indexed -= static_cast<std::size_t>(place.channel * layout.split.count() + place.phase);
  const std::uint64_t first_run = encoded_->run_offsets[indexed];
  const std::uint64_t grains = encoded_->run_offsets[indexed + 1] - first_run;
  if (count != grains * unit)
    throw_block(block,
                fmt::format("{} values for {} indices, expected {}", count, grains, grains * unit));
  const std::uint64_t positions =
      static_cast<std::uint64_t>(layout.kgroup_channels(place.kgroup)) * phase.per_channel;
  out.resize(out.size() + count);
  StoredWeight* w = out.data() + (out.size() - count);
  const std::int16_t* value = encoded_->values.data() + first;
  std::uint64_t position = 0;
  for (std::uint64_t n = 0; n < grains; ++n) {
    position += encoded_->runs[first_run + n] * unit;
    if (position >= positions)
      throw_block(block,
                  fmt::format("runs reach position {}, expected below {}", position, positions));
    for (std::uint64_t u = 0; u < unit; ++u, ++position) {
      *w = phase.positions[position];
      w++->value = *value++;
    }
  }
}

void decode_block(const EncodedWeights& encoded, std::size_t block,
                  std::vector<StoredWeight>& out) {
  WeightDecoder(encoded).decode(block, out);
}

Tensor<std::int16_t> decode_weights(const EncodedWeights& encoded) {
  const LayerShape& s = encoded.layout.shape;
  Tensor<std::int16_t> weights({s.K, s.group_C(), s.R, s.S});
  const WeightDecoder decoder(encoded);
  std::vector<StoredWeight> stored;
  for (std::size_t b = 0; b < encoded.layout.block_count(); ++b) {
    const BlockPlace place = place_of(encoded.layout, b);
    stored.clear();
    decoder.decode(b, stored);
    const std::int64_t first_k = place.conv_group * s.group_K() + place.kgroup * encoded.layout.kc;
    for (const StoredWeight& w : stored)
      weights.at(first_k + w.k, place.channel, w.r, w.s) = w.value;
  }
  return weights;
}

}  // namespace scnn::sparse
